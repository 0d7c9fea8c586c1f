"""`hyoid features`: lesion measures of a cohort, or deep features of a bundle, as a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hyoid.cli.options import CohortArgument, ColumnsOption, DeviceOption, JobsOption, JsonOption, QuietOption

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
            help="Add radiomics features with these settings (needs hyoid's extra `radiomics`).",
        ),
    ] = None,
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", help="Deep features instead, of one network of this run or bundle."),
    ] = None,
    fold: Annotated[
        int | None, typer.Option("--fold", metavar="K", min=0, help="Fold of the bundle (default: 0).")
    ] = None,
    member: Annotated[
        int | None, typer.Option("--member", metavar="N", min=0, help="Network of a fold that keeps several, from 0.")
    ] = None,
    device: DeviceOption = "auto",
    columns: ColumnsOption = None,
    jobs: JobsOption = 1,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Measure each patient's lesions: volume, MTV, TLG, SUV, extent and spread, CT density, dose, radiomics.

    Columns of the dose are written where a patient of COHORT has one. FILE.columns.json says what each column is.

    With --bundle instead: the deep features of one network, with its fold and the part that each patient stood in.
    """
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    if bundle is None:
        only_deep = {"--fold": fold is not None, "--member": member is not None, "--device": device != "auto"}
        _refuse(only_deep, "without --bundle", "Give --bundle, or leave them out.")
        written = _lesion_table(cohort, columns, masks, active_suv, radiomics, jobs)
    else:
        only_lesions = {"--active-suv": active_suv > 0, "--radiomics": radiomics is not None, "--jobs": jobs != 1}
        _refuse(only_lesions, "with --bundle", "Write lesion measures and deep features as two tables.")
        written = _deep_table(cohort, columns, masks, bundle, fold or 0, member, device)
    _write(out, *written, as_json=as_json)


def _refuse(options: dict[str, bool], where: str, advice: str) -> None:
    """Refuse options of the other kind of table: they would do nothing."""
    from hyoid.errors import HyoidError

    given = [name for name, is_given in options.items() if is_given]
    if given:
        raise HyoidError.of(f"{' and '.join(given)} {where}", "options of one kind of table", advice)


def _lesion_table(
    cohort: Path,
    columns: Path | None,
    masks: Path | None,
    active_suv: float,
    radiomics: str | None,
    jobs: int,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    from hyoid.cohort import read_cohort
    from hyoid.features import column_provenance, feature_table, load_radiomics_settings

    settings = None if radiomics is None else load_radiomics_settings(radiomics)
    cases = read_cohort(cohort, columns).cases
    table = feature_table(cases, masks, active_suv=active_suv, radiomics=settings, jobs=jobs)
    table = _without_unused_dose(table, cases)
    provenance = column_provenance(active_suv=active_suv, radiomics=settings)
    provenance["columns"] = {name: said for name, said in provenance["columns"].items() if name in table.columns}
    return table, provenance


def _deep_table(
    cohort: Path,
    columns: Path | None,
    masks: Path | None,
    bundle: Path,
    fold: int,
    member: int | None,
    device: str,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    from hyoid.api import deep_features

    found = deep_features(cohort, bundle, fold=fold, member=member, masks=masks, device=device, columns=columns)
    for note in found.notes:
        typer.echo(note, err=True)
    return found.table, found.provenance


def _write(out: Path, table: pd.DataFrame, provenance: dict[str, Any], *, as_json: bool) -> None:
    """Write the table and what its columns are, and say whom something is to be said of."""
    from hyoid.files import jsonable, write_json, write_text

    write_text(out, table.to_csv(index=False))
    write_json(out.with_name(f"{out.name}.columns.json"), provenance)
    noted = table.loc[table["Notes"].fillna("") != "", ["PatientID", "Notes"]]
    if as_json:
        typer.echo(json.dumps(jsonable({"out": out, "features": table.to_dict(orient="records")}), allow_nan=False))
        return
    for identifier, note in noted.itertuples(index=False):
        typer.echo(note if f"case {identifier} " in note else f"{identifier}: {note}", err=True)
    typer.echo(f"{len(table)} patients, {len(noted)} with notes. Written to {out}.")


def _without_unused_dose(table: pd.DataFrame, cases: Sequence[Case]) -> pd.DataFrame:
    """Return the table without the columns of the dose where no patient has one."""
    from hyoid.features import DOSE_MEASURES, LESIONS

    if any("dose" in case.images for case in cases):
        return table
    return table.drop(columns=[f"{lesion}_{measure}" for lesion in LESIONS for measure in DOSE_MEASURES])
