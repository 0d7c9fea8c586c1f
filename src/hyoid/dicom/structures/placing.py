"""One region of a structure set or a segmentation on a CT's voxels, or a refusal to put it in the wrong place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from hyoid.dicom.structures.carry import carried, drawing_grid
from hyoid.dicom.structures.lattice import on_lattice
from hyoid.dicom.structures.reference import ReferenceSeries
from hyoid.dicom.structures.region import region_mask
from hyoid.dicom.structures.segments import Segment, SegmentSet
from hyoid.dicom.structures.stack import Gaps, slice_spacing
from hyoid.dicom.structures.structure_set import Roi, StructureSet
from hyoid.errors import DicomError, GeometryError
from hyoid.geometry import Volume
from hyoid.imaging import resample_labels


def drawn_on(source: StructureSet | SegmentSet, reference: ReferenceSeries) -> bool:
    """Whether the object says that it was drawn on this very series."""
    return reference.series_instance_uid in source.referenced_series


def check_frame(
    name: str,
    frame: str,
    source: StructureSet | SegmentSet,
    reference: ReferenceSeries,
    transform: sitk.Transform | None,
) -> None:
    """Refuse what would be put in the wrong place: another frame without a transform, or the same frame with one."""
    own = frame == reference.frame_of_reference_uid
    own |= not frame and drawn_on(source, reference)
    if not own and transform is None:
        raise DicomError.of(
            f"'{name}' in the frame of reference {frame or '(not said)'}",
            f"the CT's, {reference.frame_of_reference_uid}",
            "It was drawn on other images, such as a planning CT. Register those with this CT and give the transform.",
        )
    if own and transform is not None:
        raise DicomError.of(
            f"a transform for '{name}', which is in the CT's own frame of reference",
            "regions of another frame of reference",
            "Leave the transform out: it would move the region away from where it was drawn.",
        )


def contoured(
    roi: Roi,
    reference: ReferenceSeries,
    transform: sitk.Transform | None,
    gaps: Gaps,
    spacing_mm: float | None,
    gaps_mm: Sequence[float],
) -> tuple[NDArray[np.bool_], list[str]]:
    """Return the mask of a region of contours on the CT, by way of its own slices where it is of another frame."""
    if not roi.contours:
        return np.zeros(reference.grid.shape, bool), [f"{roi.name}: named and not drawn; it has no contour."]
    if transform is None or not roi.areas:
        made = region_mask(roi, reference.grid, gaps=gaps, spacing_mm=spacing_mm, other_gaps_mm=gaps_mm)
        return made.mask.array, list(made.notes)
    slice_mm = spacing_mm or roi.slab_mm or slice_spacing(gaps_mm, roi.name)
    given = slice_mm if roi.slab_mm is None else spacing_mm
    made = region_mask(roi, drawing_grid(roi, slice_mm, reference.grid), gaps=gaps, spacing_mm=given)
    return _moved(roi.name, made.mask, reference, transform, list(made.notes))


def segmented(
    segment: Segment, reference: ReferenceSeries, transform: sitk.Transform | None
) -> tuple[NDArray[np.bool_], list[str]]:
    """Return a segment's mask on the CT: voxel for voxel where it was drawn on it, else interpolated, and said."""
    if segment.mask is None:
        return np.zeros(reference.grid.shape, bool), [f"{segment.name}: it has no voxel."]
    if transform is not None:
        return _moved(segment.name, segment.mask, reference, transform, [])
    try:
        return on_lattice(segment.mask, reference.grid, f"segment {segment.name}").array, []
    except GeometryError:
        mask = resample_labels(segment.mask, reference.grid).array.astype(bool)
    was, now = segment.mask.volume_ml(), Volume(mask, reference.grid).volume_ml()
    if not mask.any():
        raise DicomError.of(
            f"segment '{segment.name}' of {was:.2f} mL on {segment.mask.grid}, none of it on the CT",
            f"voxels within {reference.grid}",
            "Segmentation and images are of different examinations, or its voxels are much finer.",
        )
    drawn = f"{segment.name}: drawn on other voxels than the CT's ({segment.mask.grid}) and interpolated"
    return mask, [f"{drawn}; {was:.2f} mL became {now:.2f} mL."]


def _moved(
    name: str, mask: Volume, reference: ReferenceSeries, transform: sitk.Transform, notes: list[str]
) -> tuple[NDArray[np.bool_], list[str]]:
    moved = carried(mask, reference.grid, transform)
    was, now = mask.volume_ml(), moved.volume_ml()
    if was and not now:
        raise DicomError.of(
            f"'{name}' of {was:.2f} mL, which the transform takes wholly out of the CT",
            "a transform from the CT's points to those that the region was drawn in",
            "Give its inverse, if it goes the other way.",
        )
    return moved.array, [*notes, f"{name}: carried by the transform; {was:.2f} mL became {now:.2f} mL."]
