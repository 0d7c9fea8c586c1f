"""`hyoid benchmark`: many recipes on the same patients and folds, in one table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

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

Backend = Literal["loky", "dask", "ray"]
"""That of `hyoid.parallel`, which is not imported before a verb is called."""


def benchmark(
    cohort: CohortArgument,
    recipes: Annotated[str, typer.Option("--recipes", help="Names or files, with variants, separated by commas.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the runs and of the table.")],
    split: Annotated[
        str, typer.Option("--split", help="kfold, size-matched, leave-one-center-out, separated by commas.")
    ] = "kfold",
    external: Annotated[
        Path | None,
        typer.Option("--external", help="A cohort of other hospitals, whom the bundles of the first split predict."),
    ] = None,
    preset: PresetOption = None,
    overrides: SetOption = None,
    without_floor: Annotated[
        bool, typer.Option("--without-floor", help="Put no SUV thresholds beside recipes that segment.")
    ] = False,
    cost_cases: Annotated[
        int, typer.Option("--cost-cases", min=0, help="How many patients to predict for time and memory.")
    ] = 2,
    replicates: Annotated[
        int, typer.Option("--replicates", min=0, help="Resamples by which splits, centers and recipes are compared.")
    ] = 2000,
    device: DeviceOption = "auto",
    columns: ColumnsOption = None,
    jobs: JobsOption = 1,
    backend: Annotated[
        Backend,
        typer.Option(
            "--backend",
            help="Whose processes --jobs are: this machine's (loky), or a cluster's, whose workers share the files.",
        ),
    ] = "loky",
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help="The running cluster: tcp://HOST:PORT of dask, HOST:PORT of ray; "
            "without it, one of this machine's cores is started.",
        ),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Cross-validate recipes on the same patients and folds, inside their hospitals and outside, and report it."""
    if backend != "loky":
        _check_several(backend, jobs)
        # A worker starts in a folder of its own, from which it would look for a relative path.
        cohort, out, external = cohort.absolute(), out.absolute(), external and external.absolute()
    from hyoid.benchmark import as_markdown, run_benchmark
    from hyoid.parallel import parallel_backend
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    with parallel_backend(backend, scheduler, out):
        result = run_benchmark(
            cohort,
            [name.strip() for name in recipes.split(",") if name.strip()],
            out,
            splits=[name.strip() for name in split.split(",")],
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
    typer.echo(json.dumps(result.to_dict(), indent=2) if as_json else as_markdown(result))
    if not as_json:
        typer.echo(f"Written to {out}: report.html, results.json, benchmark.md, benchmark.csv, tables, a run of each.")


def _check_several(backend: Backend, jobs: int) -> None:
    """Refuse a cluster that would stand idle."""
    if jobs == 1:
        raise HyoidError.of(
            f"--backend {backend} with --jobs 1",
            "several processes",
            "Give --jobs N, or -1 for all its cores.",
        )
