"""Regions of a structure set or a segmentation as one label map of GTVp and GTVn on a CT's grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from hyoid.dicom.structures.carry import carried, drawing_grid
from hyoid.dicom.structures.lattice import on_lattice
from hyoid.dicom.structures.names import NameMatch, NameRules, read_name_rules
from hyoid.dicom.structures.objects import read_object, reading
from hyoid.dicom.structures.reference import ReferenceSeries
from hyoid.dicom.structures.region import plane_gaps, region_mask
from hyoid.dicom.structures.segments import Segment, SegmentSet, segment_set_of
from hyoid.dicom.structures.stack import Gaps, slice_spacing
from hyoid.dicom.structures.structure_set import Roi, StructureSet, structure_set_of
from hyoid.errors import DicomError, GeometryError
from hyoid.geometry import Volume
from hyoid.imaging import resample_labels

LABELS: Mapping[str, int] = {"gtvp": 1, "gtvn": 2}
"""Values in a label map, as in the challenge's."""

MOST_OVERLAP = 0.5
"""A GTVp and a GTVn that share more than this part of the smaller one are no two lesions: a name means their sum."""


@dataclass(frozen=True, slots=True, eq=False)
class StructureLabels:
    """What a structure set or segmentation gave.

    Attributes
    ----------
    labels
        Label map (uint8) on the reference's grid: 0 background, 1 GTVp, 2 GTVn.
    matches
        Every name in the object and what it was taken for.
    notes
        A sentence on all that was not plain.
    """

    labels: Volume
    matches: tuple[NameMatch, ...]
    notes: tuple[str, ...]


def read_regions(path: Path) -> StructureSet | SegmentSet:
    """Read an RT Structure Set or a DICOM Segmentation, whichever the file is.

    Raises
    ------
    DicomError
        If it is neither, or damaged.
    HyoidError
        If it is a segmentation and highdicom is not installed.
    """
    with reading(str(path)):
        dataset = read_object(path)
        modality = dataset.get("Modality")
        if modality == "SEG":
            return segment_set_of(dataset, str(path))
        if modality == "RTSTRUCT":
            return structure_set_of(dataset, str(path))
    raise DicomError.of(
        f"{path}, an object of modality {modality or 'unknown'}",
        "an RT Structure Set or a DICOM Segmentation",
        "Give the file of modality RTSTRUCT or SEG.",
    )


def region_names(source: StructureSet | SegmentSet) -> list[str]:
    """Return the names of all regions, in the order of the object."""
    return [each.name for each in _regions(source)]


def structure_labels(
    source: StructureSet | SegmentSet,
    reference: ReferenceSeries,
    *,
    rules: NameRules | None = None,
    transform: sitk.Transform | None = None,
    gaps: Gaps = "interpolate",
    spacing_mm: float | None = None,
) -> StructureLabels:
    """Return the label map of GTVp and GTVn on a CT's grid.

    Regions that mean the same are united. A voxel that both GTVp and GTVn claim is GTVp, the rarer label whose volume is
    scored by itself; how much that is stands in the notes.

    Parameters
    ----------
    source
        What `read_regions` returned.
    reference
        The CT series.
    rules
        What names mean; by default hyoid's own.
    transform
        For regions of another frame of reference, such as a planning CT: from points (LPS mm) of the CT to points of
        that frame, which is what SimpleITK's registration returns with the CT as the fixed image.
    gaps, spacing_mm
        Of contours, as in `region_mask`.

    Raises
    ------
    DicomError
        If no name means GTVp or GTVn; a region is of another frame of reference and there is no transform, or of the
        CT's own and there is one; GTVp and GTVn are the same or one within the other; contours cannot be used.
    """
    matches = (rules or read_name_rules()).match_all(region_names(source))
    wanted = [(each, match) for each, match in zip(_regions(source), matches, strict=True) if match.meaning in LABELS]
    if not wanted:
        raise DicomError.of(
            f"the regions {', '.join(repr(match.name) for match in matches) or '(none)'}",
            "a name that the rules take for gtvp or gtvn",
            "Write rules for these names (--names); --dry-run shows what each is taken for.",
        )
    notes = [f"{match.name}: two rules match; {match.sentence()}." for _, match in wanted if match.also]
    found = {name: np.zeros(reference.grid.shape, bool) for name in LABELS}
    gaps_mm = plane_gaps(source.rois) if isinstance(source, StructureSet) else []
    if (
        isinstance(source, StructureSet)
        and spacing_mm is None
        and reference.series_instance_uid in source.referenced_series
    ):
        spacing_mm = reference.grid.spacing[2] if transform is None else None
    for each, match in wanted:
        _check_frame(each.name, _frame(source, each), source, reference, transform)
        if isinstance(each, Roi):
            mask, said = _contoured(each, reference, transform, gaps, spacing_mm, gaps_mm)
        else:
            mask, said = _segmented(each, reference, transform)
        found[str(match.meaning)] |= mask
        notes += said
    notes += list(source.notes) if isinstance(source, SegmentSet) else []
    labels, said = _joined(found["gtvp"], found["gtvn"], reference)
    return StructureLabels(labels, tuple(matches), tuple([*notes, *said]))


def _regions(source: StructureSet | SegmentSet) -> Sequence[Roi | Segment]:
    return source.rois if isinstance(source, StructureSet) else source.segments


def _frame(source: StructureSet | SegmentSet, region: Roi | Segment) -> str:
    if isinstance(region, Roi):
        return region.frame_of_reference_uid
    return source.frame_of_reference_uid if isinstance(source, SegmentSet) else ""


def _check_frame(
    name: str,
    frame: str,
    source: StructureSet | SegmentSet,
    reference: ReferenceSeries,
    transform: sitk.Transform | None,
) -> None:
    """Refuse what would be put in the wrong place: another frame without a transform, or the same frame with one."""
    own = frame == reference.frame_of_reference_uid
    own |= not frame and reference.series_instance_uid in source.referenced_series
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


def _contoured(
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
    slice_mm = spacing_mm or slice_spacing(gaps_mm, roi.name)
    made = region_mask(roi, drawing_grid(roi, slice_mm, reference.grid), gaps=gaps, spacing_mm=slice_mm)
    return _moved(roi.name, made.mask, reference, transform, list(made.notes))


def _segmented(
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
    return mask, [
        f"{segment.name}: drawn on other voxels than the CT's ({segment.mask.grid}) and interpolated; "
        f"{was:.2f} mL became {now:.2f} mL."
    ]


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


def _joined(gtvp: NDArray[np.bool_], gtvn: NDArray[np.bool_], reference: ReferenceSeries) -> tuple[Volume, list[str]]:
    both = gtvp & gtvn
    shared, least = int(np.count_nonzero(both)), min(int(np.count_nonzero(gtvp)), int(np.count_nonzero(gtvn)))
    if shared and shared > MOST_OVERLAP * least:
        raise DicomError.of(
            f"GTVp and GTVn that share {shared / least:.0%} of the smaller one",
            f"two lesions, which share at most {MOST_OVERLAP:.0%}",
            "One name seems to mean all gross tumour, or both are of one region: correct the rules for names.",
        )
    labels = np.zeros(gtvp.shape, np.uint8)
    labels[gtvn] = LABELS["gtvn"]
    labels[gtvp] = LABELS["gtvp"]
    millilitres = shared * reference.grid.voxel_volume_mm3 / 1000
    notes = [f"{millilitres:.3f} mL are in both GTVp and GTVn, and count as GTVp."] if shared else []
    return Volume(labels, reference.grid), notes
