"""`hyoid benchmark`: many recipes on the same patients and folds, in one table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hyoid.cli.interrupted import interruptible
from hyoid.cli.options import (
    CohortArgument,
    ColumnsOption,
    DeviceOption,
    JobsOption,
    JsonOption,
    PresetOption,
    QuietOption,
    SetOption,
)
from hyoid.errors import HyoidError

if TYPE_CHECKING:
    from hyoid.benchmark import BenchmarkResult

NOT_ALL = 1
"""Exit code where files are written, and a recipe could not be finished."""

Backend = Literal["loky", "dask", "ray"]
"""That of `hyoid.parallel`, which is not imported before a verb is called."""

RecipesOption = Annotated[str, typer.Option("--recipes", help="Names or files, with variants, separated by commas.")]
OutOption = Annotated[Path, typer.Option("--out", file_okay=False, help="Folder of the runs and of the table.")]
SplitOption = Annotated[
    str, typer.Option("--split", help="kfold, size-matched, leave-one-center-out, separated by commas.")
]
ExternalOption = Annotated[
    Path | None,
    typer.Option("--external", help="A cohort of other hospitals, whom the bundles of the first split predict."),
]
WithoutFloorOption = Annotated[
    bool, typer.Option("--without-floor", help="Put no SUV thresholds beside recipes that segment.")
]
CostCasesOption = Annotated[
    int, typer.Option("--cost-cases", min=0, help="How many patients to predict for time and memory.")
]
ReplicatesOption = Annotated[
    int, typer.Option("--replicates", min=0, help="Resamples by which splits, centers and recipes are compared.")
]
BackendOption = Annotated[
    Backend,
    typer.Option(
        "--backend",
        help="Whose processes --jobs are: this machine's (loky), or a cluster's, whose workers share the files.",
    ),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="The running cluster: tcp://HOST:PORT of dask, HOST:PORT of ray; "
        "without it, one of this machine's cores is started.",
    ),
]


def benchmark(
    cohort: CohortArgument,
    recipes: RecipesOption,
    out: OutOption,
    split: SplitOption = "kfold",
    external: ExternalOption = None,
    preset: PresetOption = None,
    overrides: SetOption = None,
    without_floor: WithoutFloorOption = False,
    cost_cases: CostCasesOption = 2,
    replicates: ReplicatesOption = 2000,
    device: DeviceOption = "auto",
    columns: ColumnsOption = None,
    jobs: JobsOption = 1,
    backend: BackendOption = "loky",
    scheduler: SchedulerOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Cross-validate recipes on the same patients and folds, inside their hospitals and outside, and report it.

    Exit code 1 where a recipe could not be finished, which is said beside the others; 130 where it is interrupted.
    """
    if backend != "loky":
        _check_several(backend, jobs)
        # A worker starts in a folder of its own, from which it would look for a relative path.
        cohort, out, external = cohort.absolute(), out.absolute(), external and external.absolute()
    from hyoid.benchmark import run_benchmark
    from hyoid.parallel import parallel_backend
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    kept = f"What is finished is kept in {out}, and the same command goes on from there."
    with interruptible(kept), parallel_backend(backend, scheduler, out):
        result = run_benchmark(
            cohort,
            _names(recipes),
            out,
            splits=_names(split),
            preset=preset,
            overrides=overrides or (),
            floor=not without_floor,
            cost_cases=cost_cases,
            device=device,
            columns=columns,
            external=external,
            jobs=jobs,
            replicates=replicates,
        )
    _print(result, out, as_json)


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]


def _print(result: BenchmarkResult, out: Path, as_json: bool) -> None:
    """Print the result; leave with `NOT_ALL` where a recipe is not in it."""
    from hyoid.benchmark import as_markdown

    typer.echo(json.dumps(result.to_dict(), indent=2) if as_json else as_markdown(result))
    if not as_json:
        typer.echo(f"Written to {out}: report.html, results.json, benchmark.md, benchmark.csv, tables, a run of each.")
    for failure in result.failures:
        typer.echo(f"hyoid: not finished: {failure}", err=True)
    if result.failures:
        raise typer.Exit(NOT_ALL)


def _check_several(backend: Backend, jobs: int) -> None:
    """Refuse a cluster that would stand idle."""
    if jobs == 1:
        raise HyoidError.of(
            f"--backend {backend} with --jobs 1",
            "several processes",
            "Give --jobs N, or -1 for all its cores.",
        )
