"""The CT that a treatment was planned on, with what relates a dose to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hyoid.dicom.one_series import one_series, strict_stack
from hyoid.dicom.series import Series
from hyoid.dicom.source import Reader
from hyoid.dicom.volumes import ct_volume
from hyoid.errors import DicomError
from hyoid.geometry import Volume
from hyoid.imaging import is_image, read_volume


@dataclass(frozen=True, slots=True, eq=False)
class PlanningCt:
    """A CT in HU, with its frame of reference and patient identifier, "" where the file format has none.

    `notes` are sentences on what was not plain in the series.
    """

    volume: Volume
    frame_of_reference: str
    patient_id: str
    notes: tuple[str, ...] = ()


def read_planning_ct(path: Path) -> PlanningCt:
    """Read a CT from an image file, or from a folder or archive that holds one DICOM series of it.

    Raises
    ------
    DicomError
        If there is not one series of CT, or its images are damaged, of several sizes, orientations or frames of
        reference, or no evenly spaced stack.
    ImageError
        If an image file cannot be read.
    """
    path = Path(path)
    if is_image(path) and not path.is_dir():
        return PlanningCt(read_volume(path), "", "")
    with Reader() as reader:
        series = one_series(path, reader, lambda one: one.is_image and one.modality == "CT", "CT series")
        _check(series)
        stack = strict_stack(series, reader)
        made = ct_volume(stack, reader)
    notes = (*stack.notes, *made.notes)
    return PlanningCt(made.volume, series.first.frame_of_reference, series.first.patient_id, notes)


def _check(series: Series) -> None:
    damaged = [one for one in series.slices if one.damage]
    if damaged:
        raise DicomError.of(
            f"{len(damaged)} CT slices that cannot be read; {damaged[0].source.name}: {damaged[0].damage}",
            "complete slices",
            "Copy them again.",
        )
    if len(series.frames_of_reference) > 1:
        raise DicomError.of(
            f"CT slices in {len(series.frames_of_reference)} frames of reference", "one", "Separate the acquisitions."
        )
    if len(series.slices) == 1:
        raise DicomError.of("1 CT slice", "a stack of them", "Give the folder of the whole series.")
