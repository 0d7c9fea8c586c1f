"""A cohort in the challenge's layout: a folder a patient, `<ID>__CT.nii.gz`, `<ID>__PT.nii.gz`, `<ID>.nii.gz`."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from hyoid.cohort.case import Case
from hyoid.cohort.write.place import (
    Images,
    LabelsOf,
    WrittenCohort,
    check_id,
    checked_labels,
    place_image,
    reason,
    reference_grid,
    suffix_of,
)
from hyoid.cohort.write.table import write_table
from hyoid.errors import HyoidError
from hyoid.geometry import Volume
from hyoid.imaging import write_volume
from hyoid.progress import track

TAG_OF_MODALITY = {"ct": "CT", "pet": "PT", "ct_planning": "CTPlanning", "dose": "RTDOSE"}


def write_hecktor(cases: Iterable[Case], labels: LabelsOf, out: Path, images: Images = "copy") -> WrittenCohort:
    """Write those of the cases that have a label map into `out`, with their images and clinical records.

    A mask has exactly the geometry of the CT (of the PET where there is no CT). A case that fails leaves nothing behind
    and stops nothing.

    Parameters
    ----------
    cases
        The cases; images keep their file format.
    labels
        Gives each case's label map (0, 1 GTVp, 2 GTVn).
    out
        The new cohort's folder.
    images
        `copy`, `link` or `none`, which writes masks alone.
    """
    written: list[Case] = []
    left_out: dict[str, str] = {}
    for case in track(list(cases), "writing cases"):
        folder: Path | None = None
        try:
            check_id(case.id)
            found = labels(case)
            if found is None:
                continue
            folder = Path(out) / case.id
            _write_case(folder, case, checked_labels(case, found, reference_grid(case)), images)
            written.append(case)
        except (HyoidError, OSError) as error:
            left_out[case.id] = reason(error)
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
    if written:
        write_table(Path(out), written)
    return WrittenCohort(tuple(case.id for case in written), left_out)


def _write_case(folder: Path, case: Case, mask: Volume, images: Images) -> None:
    folder.mkdir(parents=True)
    if images != "none":
        for modality, path in case.images.items():
            place_image(path, folder / f"{case.id}__{TAG_OF_MODALITY[modality]}{suffix_of(path)}", images)
    write_volume(folder / f"{case.id}.nii.gz", mask)
