"""Annotations back into the studies that their cases were imported from: RT Structure Sets and Segmentations."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hyoid.cohort import GTVN, GTVP, Case
from hyoid.cohort.write import LabelsOf, WrittenCohort
from hyoid.cohort.write.place import check_id
from hyoid.dicom.imported import ImportedImages
from hyoid.dicom.structures import write_rtstruct, write_seg
from hyoid.errors import HyoidError

NAMES = {GTVP: "gtvp", GTVN: "gtvn"}

WRITERS = {"seg": write_seg, "rtstruct": write_rtstruct}


def write_dicom(cases: Iterable[Case], labels: LabelsOf, out: Path, kind: str) -> WrittenCohort:
    """Write `ID/ID.<kind>.dcm` for each case that has a label map and was imported from DICOM.

    The objects say that a person drew them: no algorithm is named, a consensus is one of people. The DICOM images are
    looked for where they lay when the case was imported.
    """
    images, written = ImportedImages(), []
    left_out: dict[str, str] = {}
    for case in cases:
        try:
            check_id(case.id)
            found = labels(case)
            if found is None:
                continue
            folder = next((path.parent for path in case.images.values()), Path())
            reference = images.reference(folder)
            target = Path(out) / case.id / f"{case.id}.{kind}.dcm"
            target.parent.mkdir(parents=True)
            WRITERS[kind](target, found, NAMES, reference, None)
            written.append(case.id)
        except (HyoidError, OSError) as error:
            left_out[case.id] = str(error)
            _remove_empty(Path(out) / case.id)
    return WrittenCohort(tuple(written), left_out)


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
