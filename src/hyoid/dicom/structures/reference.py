"""The image series that structures are drawn on: its grid and the identity of its slices, from the headers alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyoid.dicom.elements import tolerant
from hyoid.dicom.kinds import MULTI_FRAME_KINDS
from hyoid.dicom.one_series import frame_of_reference, one_series, strict_stack
from hyoid.dicom.read import read_headers
from hyoid.dicom.series import Series, group_series
from hyoid.dicom.slice import Slice, slice_of
from hyoid.dicom.source import Reader, Source
from hyoid.dicom.stack import Stack, stack_of
from hyoid.errors import DicomError
from hyoid.geometry import Grid

_NO_IMAGES = ("SEG", "RTDOSE")
"""Modalities of objects that have rows of pixels, and are drawn on an image themselves."""

TYPE_TWO = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID"),
    *("AccessionNumber", "ReferringPhysicianName", "PositionReferenceIndicator"),
)
"""Attributes of patient, study and frame of reference that must be there and may be empty (PS3.3 C.7.1.1, C.7.2.1,
C.7.4.1). De-identified studies lack them, and highdicom asks for them."""


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceSeries:
    """One series of single-frame images in space.

    Attributes
    ----------
    grid
        Index axes (x, y, z) along the rows, along the columns and along the normal, so that it is right-handed.
    headers
        A pydicom dataset for each slice, without pixels, in the order of the grid's z.
    notes
        A sentence on what was left out, such as copies.
    """

    grid: Grid
    headers: tuple[Any, ...]
    notes: tuple[str, ...] = ()

    @property
    def frame_of_reference_uid(self) -> str:
        """Coordinate system that all objects drawn on this series share."""
        return str(self.headers[0].FrameOfReferenceUID)

    @property
    def study_instance_uid(self) -> str:
        """The study that objects derived from this series belong to."""
        return str(self.headers[0].StudyInstanceUID)

    @property
    def series_instance_uid(self) -> str:
        """The series itself."""
        return str(self.headers[0].SeriesInstanceUID)


def read_reference_series(folder: Path, series_instance_uid: str | None = None) -> ReferenceSeries:
    """Read the geometry of the one image series in a folder or archive, or of the one that is named.

    Pixels are read only to tell whether two images at one place are copies. Slices are sorted by their position along
    the normal, whatever their file names, instance numbers and slice locations say (DICOM PS3.3 C.7.6.2.1.1).

    Raises
    ------
    DicomError
        If there is no series or more than one, or its slices are no evenly spaced stack: gaps, mixed sizes,
        orientations or frames of reference, several images at one place, a tilted gantry.
    """
    with Reader() as reader:
        series = one_series(
            Path(folder), reader, _has_pixels, "image series", series_instance_uid, by_name="--series UID"
        )
        return _referenced(
            series, lambda one: strict_stack(one, reader), lambda slices: read_headers(slices, reader), str(folder)
        )


def series_of(headers: Sequence[Any], where: str) -> ReferenceSeries:
    """Return the series that headers of single-frame images make, each image once.

    `where` is named in errors, which are those of `read_reference_series`.
    """
    with tolerant():
        slices = [slice_of(header, Source(Path(where))) for header in headers]
    by_slice = dict(zip((one.key for one in slices), headers, strict=True))
    series = group_series(slices)
    if len(series) != 1:
        raise DicomError.of(f"images of {len(series)} series in {where}", "one", "Separate them.")
    return _referenced(
        series[0],
        lambda one: stack_of(one, lambda *_: False, strict=True),
        lambda ordered: [by_slice[one.key] for one in ordered],
        where,
    )


def _has_pixels(series: Series) -> bool:
    return series.first.rows is not None and series.modality not in _NO_IMAGES


def _referenced(
    series: Series, stacked: Callable[[Series], Stack], headers: Callable[[Sequence[Slice]], list[Any]], where: str
) -> ReferenceSeries:
    if series.first.sop_class in MULTI_FRAME_KINDS:
        raise DicomError.of(
            f"a multi-frame image ({series.kind}) in {where}",
            "single-frame images, each of which can be referred to",
            "Convert it to single frames.",
        )
    frame_of_reference(series)
    stack = stacked(series)
    ordered = headers(stack.slices)
    for header in ordered:
        for name in TYPE_TWO:
            if name not in header:
                setattr(header, name, "")
    return ReferenceSeries(stack.grid, tuple(ordered), stack.notes)
