"""Options that several verbs share, defined once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def _not_zero(jobs: int) -> int:
    if jobs == 0:
        raise typer.BadParameter("0 processes do nothing: give 1 or more, or -1 for all cores.")
    return jobs


CohortArgument = Annotated[
    Path, typer.Argument(metavar="COHORT", help="A cohort folder (HECKTOR tree, flat, nnU-Net raw) or CSV.")
]
RecipeOption = Annotated[str, typer.Option("--recipe", help="NAME[:VARIANT] of `hyoid recipes`, or a YAML file.")]
PresetOption = Annotated[
    str | None,
    typer.Option("--preset", help="full, small, tiny or smoke: the recipe scaled down; results carry the label."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override any leaf, e.g. stages.0.training.epochs=2."),
]
ColumnsOption = Annotated[
    Path | None, typer.Option("--columns", help="YAML that maps a foreign clinical table's columns and codings.")
]
DeviceOption = Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")]
JobsOption = Annotated[
    int,
    typer.Option(
        "--jobs", min=-1, callback=_not_zero, help="Processes over cases, and over folds on a CPU; -1: all cores."
    ),
]
FileJobsOption = Annotated[
    int,
    typer.Option("--jobs", min=-1, callback=_not_zero, help="Processes over files; -1: all cores."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress bar.")]
