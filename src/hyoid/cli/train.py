"""`hyoid train`: cross-validate a recipe on a cohort and keep the bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hyoid.cli.options import (
    CohortArgument,
    ColumnsOption,
    DeviceOption,
    JobsOption,
    JsonOption,
    PresetOption,
    QuietOption,
    RecipeOption,
    SetOption,
)

if TYPE_CHECKING:
    from hyoid.cohort import Cohort
    from hyoid.recipe import Recipe


def train(
    cohort: CohortArgument,
    recipe: RecipeOption,
    out: Annotated[
        Path, typer.Option("--out", help="Folder of the run: splits, folds, out-of-fold predictions, bundle.")
    ],
    store: Annotated[
        Path | None, typer.Option("--store", help="Folder of preprocessed cases (default OUT/store).")
    ] = None,
    fold: Annotated[str, typer.Option("--fold", help="Number of one fold, or all.")] = "all",
    preset: PresetOption = None,
    overrides: SetOption = None,
    device: DeviceOption = "auto",
    devices: Annotated[
        int, typer.Option("--devices", help="How many GPUs, or processes on a CPU, share each batch of a network.")
    ] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in OUT, killed or not.")] = False,
    columns: ColumnsOption = None,
    jobs: JobsOption = 1,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Train a recipe fold by fold, predict every case by the model that did not see it, and write the bundle."""
    from hyoid import api
    from hyoid.api.common import resolve_cohort, resolve_recipe
    from hyoid.evaluation.report.learning_curves import write_learning_curves
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    resolved, found = resolve_recipe(recipe, preset, overrides or ()), resolve_cohort(cohort, columns)
    said = [] if as_json else _say_what_was_read(found, resolved)
    result = api.train(
        found,
        resolved,
        out,
        store=store,
        fold=fold,
        device=device,
        devices=devices,
        resume=resume,
        jobs=jobs,
    )
    summary, curves = result.summary(), write_learning_curves(result.run)
    if as_json:
        typer.echo(json.dumps(summary, indent=2))
        return
    for case_id, reason in result.run.excluded.items():
        typer.echo(f"left out {case_id}: {reason}")
    for note in result.notes:
        if note not in said:
            typer.echo(f"note: {note}")
    for folder, name in summary["fold_names"].items():
        if name != folder:  # of a split whose folds have names of their own: center-CHUM
            typer.echo(f"{folder}: {name}" + ("" if folder in summary["folds"] else ", not trained yet"))
    for name, metric in summary["metrics"].items():
        value, (lower, upper) = metric["value"], metric["interval"]
        if value is None:
            typer.echo(f"{name}: undefined (n = {metric['n']})")
        else:
            interval = "no interval" if lower is None else f"95 % interval {lower:.3f} to {upper:.3f}"
            typer.echo(f"{name}: {value:.3f} ({interval}, n = {metric['n']}), out of fold")
    if curves is not None:
        typer.echo(f"learning curves: {curves}")
    typer.echo(f"bundle: {result.bundle.folder}")


def _say_what_was_read(cohort: Cohort, recipe: Recipe) -> list[str]:
    """Print what of the cohort could not be read, and who is left to learn from, before hours of training; return it.

    What could not be read comes first: it is why where nobody is left.
    """
    from hyoid.api.reading import outcome_line, reading_notes

    notes = reading_notes(cohort, recipe)
    for note in notes:
        typer.echo(f"note: {note}")
    if (line := outcome_line(cohort, recipe)) is not None:
        typer.echo(line)
    return notes
