"""`hyoid export nnunet`: a cohort as raw data of nnU-Net."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hyoid.cli.options import CohortArgument, ColumnsOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from hyoid.cohort import Case, Cohort
    from hyoid.cohort.write import LabelsOf, WrittenCohort
    from hyoid.geometry import Volume


def nnunet(
    cohort: CohortArgument,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", file_okay=False, help="New folder; nnU-Net wants DatasetNNN_Name.")
    ],
    masks: Annotated[
        Path | None,
        typer.Option("--masks", metavar="DIR", help="Label maps by patient id (default: the cohort's own masks)."),
    ] = None,
    images: Annotated[
        Literal["copy", "link"], typer.Option("--images", help="Copy CTs, or link to those that are .nii.gz.")
    ] = "copy",
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write CT, PET on the CT's grid, and label maps as nnU-Net version 2 wants them.

    Cases without a label map become test images. Cases without CT or PET are left out, and it is said.
    """
    from hyoid.cohort import read_cohort
    from hyoid.cohort.write import new_folder, write_nnunet
    from hyoid.errors import CohortError
    from hyoid.progress import set_quiet

    set_quiet(quiet)
    found = read_cohort(cohort, columns)
    with new_folder(out) as staged:
        told = write_nnunet(found.cases, _labels(found, masks), staged, images)
        if not told.cases:
            reasons = " ".join(told.left_out.values())
            raise CohortError.of(
                f"no case of {cohort} to write", "cases with CT and PET", reasons or "Check the cohort."
            )
    _tell(told, out, as_json)


def _labels(cohort: Cohort, masks: Path | None) -> LabelsOf:
    """Return what gives each case's label map: of a folder, or the cohort's own."""
    from hyoid.cohort.expert_mask import read_expert_mask
    from hyoid.cohort.label_maps import find_label_maps, load_label_map
    from hyoid.errors import CohortError

    if masks is None:
        return read_expert_mask
    maps = find_label_maps(masks)
    strange = sorted(set(maps) - {case.id for case in cohort.cases})
    if strange:
        raise CohortError.of(
            f"label maps in {masks} of {', '.join(strange[:5])}, no patient of {cohort.root}",
            "label maps of the cohort's patients",
            "Give the cohort that they were drawn on, or move them away.",
        )

    def given(case: Case) -> Volume | None:
        return load_label_map(maps[case.id]) if case.id in maps else None

    return given


def _tell(told: WrittenCohort, out: Path, as_json: bool) -> None:
    if as_json:
        content = {"out": str(out), "cases": list(told.cases), "left_out": told.left_out, "notes": list(told.notes)}
        typer.echo(json.dumps(content, indent=2))
        return
    for note in told.notes:
        typer.echo(note)
    for case, reason in told.left_out.items():
        typer.echo(f"{case} was left out: {reason}", err=True)
    typer.echo(f"{len(told.cases)} cases written to {out}.")
