"""Segments of a DICOM Segmentation object as masks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hyoid.dicom.structures.extra import highdicom
from hyoid.dicom.structures.objects import read_object, reading
from hyoid.errors import DicomError
from hyoid.geometry import Grid, Volume

MOST_VOXELS = 2**30
"""Voxels of one segmentation, as of one image."""

_FRAMES = "PerFrameFunctionalGroupsSequence"

FRACTION = 0.5
"""Share of a voxel, or probability, from which on a voxel of a FRACTIONAL segmentation belongs to its segment."""


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One segment: its number and label, the meaning of its coded type, and where it lies.

    `mask` (bool) is on the smallest grid that holds the object's frames, which may be a part of the image it was drawn
    on: the standard lets empty frames be left out. It is None where the segment has no voxel.
    """

    number: int
    name: str
    type: str
    algorithm: str
    mask: Volume | None


@dataclass(frozen=True, slots=True, eq=False)
class SegmentSet:
    """The segments of one object, in its frame of reference."""

    frame_of_reference_uid: str
    referenced_series: tuple[str, ...]
    segments: tuple[Segment, ...]
    notes: tuple[str, ...] = ()


def read_segmentation(path: Path) -> Any:
    """Read a DICOM Segmentation as a pydicom dataset.

    Raises
    ------
    DicomError
        If the file is missing, damaged, or another kind of object.
    """
    with reading(str(path)):
        dataset = read_object(path)
        if dataset.get("Modality") != "SEG" or not dataset.get("SegmentSequence"):
            raise DicomError.of(f"{path}, no segmentation", "an object of modality SEG", "Give what was exported.")
        return dataset


def segment_set_of(dataset: Any, where: str) -> SegmentSet:
    """Return what a pydicom dataset of modality SEG holds; `where` is named in errors.

    Frames are placed by their own positions. BINARY, FRACTIONAL and LABELMAP segmentations are read.

    Raises
    ------
    HyoidError
        If highdicom is not installed.
    DicomError
        If the object is damaged, lies in no patient's coordinates, or its frames make no regular volume.
    """
    library = highdicom()
    with reading(where):
        _check_header(dataset, where)
        seg = library.seg.Segmentation.from_dataset(dataset, copy=False)
        _check_extent(seg, where)
        segments = tuple(_segment(seg, int(number)) for number in seg.segment_numbers)
        kind = str(seg.SegmentationType)
        frame = str(seg.get("FrameOfReferenceUID") or "")
        series = tuple(str(item.SeriesInstanceUID) for item in seg.get("ReferencedSeriesSequence") or [])
    notes = [f"The segmentation is fractional: voxels of {FRACTION:.0%} or more count."] if kind == "FRACTIONAL" else []
    return SegmentSet(frame, series, segments, tuple(notes))


def _check_header(dataset: Any, where: str) -> None:
    """Refuse a header that promises more frames than are described, or more voxels than any memory holds."""
    frames, described = int(dataset.get("NumberOfFrames") or 1), len(dataset.get(_FRAMES) or [])
    voxels = int(dataset.get("Rows") or 0) * int(dataset.get("Columns") or 0) * frames
    if frames != described or not 0 < voxels <= MOST_VOXELS:
        raise DicomError.of(
            f"{dataset.get('Rows')} x {dataset.get('Columns')} in {frames} frames, {described} described, in {where}",
            f"1 to {MOST_VOXELS} voxels, each frame described",
            "Its header is damaged; export it again.",
        )


def _check_extent(seg: Any, where: str) -> None:
    """Refuse frames so far apart that no memory holds what is between them."""
    made = seg.get_volume_geometry(allow_missing_positions=True)
    if made is not None and math.prod(int(n) for n in made.spatial_shape) > MOST_VOXELS:
        raise DicomError.of(
            f"frames that span {tuple(int(n) for n in made.spatial_shape)} voxels in {where}",
            f"at most {MOST_VOXELS}",
            "A position is damaged; export it again.",
        )


def _segment(seg: Any, number: int) -> Segment:
    said = seg.get_segment_description(number)
    algorithm = str(said.get("SegmentAlgorithmName") or "")
    return Segment(
        number, str(said.segment_label), str(said.segmented_property_type.meaning), algorithm, _mask(seg, number)
    )


def _mask(seg: Any, number: int) -> Volume | None:
    """Return one segment's mask; highdicom's axes are (slice, row, column), as ours."""
    fractional = str(seg.SegmentationType) == "FRACTIONAL"
    found = seg.get_volume(segment_numbers=[number], allow_missing_positions=True, rescale_fractional=fractional)
    array = np.asarray(found.array)[..., 0]
    mask = array >= FRACTION if fractional else array.astype(bool)
    if not mask.any():
        return None
    return Volume(mask, grid_of_affine(np.asarray(found.affine), mask.shape))


def grid_of_affine(affine: np.ndarray[Any, np.dtype[np.float64]], shape: tuple[int, ...]) -> Grid:
    """Return the grid of an affine from (slice, row, column) to LPS mm."""
    steps = affine[:3, [2, 1, 0]]
    spacing = np.linalg.norm(steps, axis=0)
    x, y, z = (float(value) for value in affine[:3, 3])
    across, down, through = (float(value) for value in spacing)
    return Grid(
        (shape[2], shape[1], shape[0]),
        (across, down, through),
        (x, y, z),
        tuple((steps / spacing).ravel().tolist()),
    )
