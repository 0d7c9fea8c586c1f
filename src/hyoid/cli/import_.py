"""`hyoid import`: a cohort from what hospitals have, a verb a kind of source."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hyoid.cli.import_dose import dose
from hyoid.cli.import_pacs import pacs
from hyoid.cli.import_structures import structures
from hyoid.cli.options import JsonOption, QuietOption

if TYPE_CHECKING:
    from hyoid.dicom import CaseResult, ImportResult

import_ = typer.Typer(help="Make a cohort of what hospitals have.", no_args_is_help=True)


@import_.callback()
def _group() -> None:
    """Make a cohort of what hospitals have."""


@import_.command()
def dicom(
    source: Annotated[list[Path], typer.Argument(metavar="SRC...", help="Folders, zip archives or DICOM files.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The cohort's folder; it may hold an earlier import.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")] = False,
    pet: Annotated[
        list[str] | None,
        typer.Option("--pet", metavar="UID|TEXT", help="Take this PET series: its UID, or a part of its description."),
    ] = None,
    ct: Annotated[
        list[str] | None,
        typer.Option("--ct", metavar="UID|TEXT", help="Take this CT series: its UID, or a part of its description."),
    ] = None,
    given: Annotated[
        Path | None,
        typer.Option("--given", metavar="FILE.csv", help="Weight, dose and times by PatientID, for headers without."),
    ] = None,
    fill_gaps: Annotated[
        int,
        typer.Option(
            "--fill-gaps", metavar="N", min=0, help="Interpolate up to N missing slices in a row, not refuse."
        ),
    ] = 0,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Import any pile of DICOM as a cohort: OUT/ID/ID__CT.nii.gz in HU and ID__PT.nii.gz in SUV by body weight.

    Takes the attenuation-corrected PET of each study and the CT of its frame of reference; either may be missing.
    OUT/ID/import.json says what was taken and assumed, OUT/acquisition.csv how patients were scanned. Run again, it
    does only what is missing. Nothing that it writes is de-identified.
    """
    from hyoid.dicom import ImportSettings, import_dicom
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    settings = ImportSettings(tuple(pet or ()), tuple(ct or ()), given, fill_gaps, dry_run)
    result = import_dicom(source, out, settings)
    if as_json:
        typer.echo(json.dumps(result.to_dict() | {"dry_run": dry_run}, allow_nan=False))
    else:
        tell(result, dry_run=dry_run)
    if not result.imported:
        typer.echo(nothing(result), err=True)
        raise typer.Exit(2)


def tell(result: ImportResult, *, dry_run: bool) -> None:
    """Print what was imported or would be, case by case."""
    for case in result.cases:
        _tell_case(case, every_series=dry_run or not case.case or bool(case.errors))
    for reason, count in sorted(result.survey.left_out.items()):
        typer.echo(f"{count} files left out: {reason}.")
    for sentence in result.survey.damaged:
        typer.echo(f"damaged: {sentence}", err=True)
    unnamed = result.survey.n_damaged - len(result.survey.damaged)
    if unnamed:
        typer.echo(f"damaged: {unnamed} more files.", err=True)
    for note in result.notes:
        typer.echo(note, err=True)
    failed = sum(bool(case.errors) for case in result.cases)
    what = "would be imported" if dry_run else f"in {result.out}"
    typer.echo(f"{result.imported} cases {what}, {failed} with an image that failed.")
    if result.imported and not dry_run:
        typer.echo(f"Now run: hyoid check {shlex.quote(str(result.out))}")


def _tell_case(case: CaseResult, *, every_series: bool) -> None:
    patient_id, _, study_uid = case.plan.key
    typer.echo(
        f"{case.case or 'no case'}: patient {patient_id!r}, study of {case.plan.study_date or 'no date'} ({study_uid})"
    )
    for tag, image in case.images.items():
        factor = "" if image.factor is None else f", factor {image.factor:.6g}"
        typer.echo(f"  {tag} {image.state}: {case.plan.images[tag].candidate.series.title}{factor}")
        if image.error:
            typer.echo(f"    {image.error}", err=True)
        for note in image.notes:
            typer.echo(f"    {note}", err=note.startswith("WARNING"))
    for note in case.plan.notes:
        typer.echo(f"  {note}")
    for verdict in case.plan.verdicts if every_series else ():
        if not verdict.use:
            typer.echo(f"  not {verdict.series.title}: {verdict.reason}")


def nothing(result: ImportResult) -> str:
    """Return the sentence for a pile in which nothing can be imported, or of which nothing could be made."""
    failed = sum(len(case.images) for case in result.cases)
    if failed:
        return (
            f"Found {failed} CT and PET series that can be imported, and no image could be made of them; expected one "
            "at least. Why each failed is said above."
        )
    return (
        f"Found no PET or CT that can be imported in {result.survey.files} files; expected an attenuation-corrected "
        "PET, a CT, or both, as axial series. What was found, and why it was left out, is said above."
    )


import_.command()(structures)
import_.command()(dose)
import_.command()(pacs)
