"""`hyoid evaluate`: predictions against the truth, a verb a task."""

from __future__ import annotations

import typer

from hyoid.cli.evaluate_hpv import hpv
from hyoid.cli.evaluate_segmentation import segmentation
from hyoid.cli.evaluate_survival import survival

evaluate = typer.Typer(help="Compare predictions with the truth.", no_args_is_help=True)


@evaluate.callback()
def _group() -> None:
    """Compare predictions with the truth."""


evaluate.command()(segmentation)
evaluate.command()(hpv)
evaluate.command()(survival)
