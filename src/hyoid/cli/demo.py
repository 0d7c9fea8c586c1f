"""`hyoid demo`: the whole life cycle on a small synthetic cohort."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from hyoid.cli.options import JobsOption, QuietOption


def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for cohort, run, predictions and report.")] = Path(
        "hyoid-demo"
    ),
    jobs: JobsOption = 2,
    quiet: QuietOption = False,
) -> None:
    """Make a synthetic cohort, check it, train, evaluate out of fold, predict new patients, and write a report."""
    from hyoid.demo import run_demo
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    result = run_demo(out, jobs=jobs, say=lambda step: typer.echo(step, err=True))
    for name, metric in result.training.summary()["metrics"].items():
        low, high = metric["interval"]
        typer.echo(f"{name}: {metric['value']:.3f} (95 % interval {low:.3f} to {high:.3f}), out of fold")
    rfs = result.rfs.trained.survival.cohort["c_index"]
    gain = result.rfs.gain.differences["c_index"]
    typer.echo(f"RFS_c_index: {rfs.value:.3f} (95 % interval {rfs.low:.3f} to {rfs.high:.3f}), out of fold")
    typer.echo(f"gain of lesion measures over the record in C: {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})")
    for words, training in (("over folds", result.hpv.kfold), ("centres left out", result.hpv.left_out)):
        accuracy = training.classification.cohort["balanced_accuracy"]
        figure = f"{accuracy.value:.3f} (95 % interval {accuracy.low:.3f} to {accuracy.high:.3f})"
        typer.echo(f"HPV_balanced_accuracy: {figure}, out of fold, {words}")
    lead = result.lead
    typer.echo(f"lead over the best SUV threshold in GTVp DSC: {lead.value:+.3f} ({lead.low:+.3f} to {lead.high:+.3f})")
    typer.echo(f"{result.seconds / 60:.1f} minutes. Report: {result.report.resolve()}")
    typer.echo(f"Look at its patients: {_view(out, 'cohort', 'run/out-of-fold')}")
    typer.echo(f"Look at patients that it never saw: {_view(out, 'unseen', 'predictions')}")


def _view(out: Path, cohort: str, predictions: str) -> str:
    """Return the command that opens one of the demo's cohorts with its predictions in the browser."""
    folders = [out / cohort, "--predictions", out / predictions, "--annotations", out / f"annotations-{cohort}"]
    return shlex.join(["hyoid", "view", *map(str, folders)])
