"""`hyoid features`: lesion measures of a cohort as a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from hyoid.cli.options import CohortArgument, ColumnsOption, JobsOption, JsonOption, QuietOption


def features(
    cohort: CohortArgument,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE.csv", dir_okay=False, help="Table to write, one row a patient.")
    ],
    masks: Annotated[
        Path | None,
        typer.Option("--masks", metavar="DIR", help="Label maps ID.nii.gz or ID/ID.nii.gz (default: the experts')."),
    ] = None,
    active_suv: Annotated[
        float, typer.Option("--active-suv", min=0, help="Voxels below this SUV count neither in MTV nor in TLG.")
    ] = 0.0,
    columns: ColumnsOption = None,
    jobs: JobsOption = 1,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Measure each patient's lesions: volume, MTV, TLG, SUVmax, SUVmean, SUVpeak, counts."""
    from hyoid.cohort import read_cohort
    from hyoid.features import feature_table
    from hyoid.files import jsonable, write_text
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    table = feature_table(read_cohort(cohort, columns).cases, masks, active_suv=active_suv, jobs=jobs)
    write_text(out, table.to_csv(index=False))
    noted = table.loc[table["Notes"].fillna("") != "", ["PatientID", "Notes"]]
    if as_json:
        typer.echo(json.dumps(jsonable({"out": out, "features": table.to_dict(orient="records")}), allow_nan=False))
        return
    for identifier, note in noted.itertuples(index=False):
        typer.echo(f"{identifier}: {note}", err=True)
    typer.echo(f"{len(table)} patients, {len(noted)} with notes. Written to {out}.")
