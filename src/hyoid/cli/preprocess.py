"""`hyoid preprocess`: fill a store, so that training starts at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hyoid.cli.options import (
    CohortArgument,
    ColumnsOption,
    JobsOption,
    JsonOption,
    PresetOption,
    QuietOption,
    RecipeOption,
    SetOption,
)


def preprocess(
    cohort: CohortArgument,
    recipe: RecipeOption,
    store: Annotated[Path, typer.Option("--store", help="Folder of preprocessed cases; recipes may share it.")],
    preset: PresetOption = None,
    overrides: SetOption = None,
    columns: ColumnsOption = None,
    jobs: JobsOption = 1,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Preprocess every usable case of COHORT into a store; what is there already is left, what fails is set aside."""
    from hyoid import api
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    report = api.preprocess(cohort, recipe, store, preset=preset, overrides=overrides or (), columns=columns, jobs=jobs)
    if as_json:
        typer.echo(json.dumps({"made": report.made, "ready": report.ready, "set_aside": report.quarantined}, indent=2))
        return
    typer.echo(f"{len(report.made)} made, {len(report.ready)} ready before, {len(report.quarantined)} set aside.")
    for case_id, reason in report.quarantined.items():
        typer.echo(f"  {case_id}: {reason}")
