"""`hyoid features`: lesion measures of a cohort as a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hyoid.cli.options import CohortArgument, ColumnsOption, JobsOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from hyoid.cohort import Case


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
    radiomics: Annotated[
        str | None,
        typer.Option(
            "--radiomics",
            metavar="default|FILE.yaml",
            help="Add radiomics features with these settings (needs hyoid[radiomics]).",
        ),
    ] = None,
    columns: ColumnsOption = None,
    jobs: JobsOption = 1,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Measure each patient's lesions: volume, MTV, TLG, SUV, extent and spread, CT density, dose, radiomics.

    Columns of the dose are written where a patient of COHORT has one. FILE.columns.json says what each column is.
    """
    from hyoid.cohort import read_cohort
    from hyoid.features import column_provenance, feature_table, load_radiomics_settings
    from hyoid.files import jsonable, write_json, write_text
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    settings = None if radiomics is None else load_radiomics_settings(radiomics)
    cases = read_cohort(cohort, columns).cases
    table = feature_table(cases, masks, active_suv=active_suv, radiomics=settings, jobs=jobs)
    table = _without_unused_dose(table, cases)
    provenance = column_provenance(active_suv=active_suv, radiomics=settings)
    provenance["columns"] = {name: said for name, said in provenance["columns"].items() if name in table.columns}
    write_text(out, table.to_csv(index=False))
    write_json(out.with_name(f"{out.name}.columns.json"), provenance)
    noted = table.loc[table["Notes"].fillna("") != "", ["PatientID", "Notes"]]
    if as_json:
        typer.echo(json.dumps(jsonable({"out": out, "features": table.to_dict(orient="records")}), allow_nan=False))
        return
    for identifier, note in noted.itertuples(index=False):
        typer.echo(f"{identifier}: {note}", err=True)
    typer.echo(f"{len(table)} patients, {len(noted)} with notes. Written to {out}.")


def _without_unused_dose(table: pd.DataFrame, cases: Sequence[Case]) -> pd.DataFrame:
    """Return the table without the columns of the dose where no patient has one."""
    from hyoid.features import DOSE_MEASURES, LESIONS

    if any("dose" in case.images for case in cases):
        return table
    return table.drop(columns=[f"{lesion}_{measure}" for lesion in LESIONS for measure in DOSE_MEASURES])
