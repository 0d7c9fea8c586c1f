"""Regions of a structure set or a segmentation as one label map of GTVp and GTVn on a CT's grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from hyoid.dicom.structures.names import NameMatch, NameRules, read_name_rules
from hyoid.dicom.structures.objects import read_object, reading
from hyoid.dicom.structures.placing import check_frame, contoured, drawn_on, segmented
from hyoid.dicom.structures.planes import plane_gaps
from hyoid.dicom.structures.reference import ReferenceSeries
from hyoid.dicom.structures.segments import Segment, SegmentSet, segment_set_of
from hyoid.dicom.structures.stack import Gaps
from hyoid.dicom.structures.structure_set import Roi, StructureSet, structure_set_of
from hyoid.errors import DicomError
from hyoid.geometry import Volume

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

    Regions that mean the same are united. A voxel that both GTVp and GTVn claim is GTVp: a node that the tumour has
    grown into is drawn with it, and a slip of the pen costs either little. How much it is stands in the notes.

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
    notes = [*reference.notes]
    notes += [f"{match.name}: two rules match; {match.sentence()}." for _, match in wanted if match.also]
    found = {name: np.zeros(reference.grid.shape, bool) for name in LABELS}
    gaps_mm = plane_gaps(source.rois) if isinstance(source, StructureSet) else []
    for each, match in wanted:
        check_frame(each.name, _frame(source, each), source, reference, transform)
        if isinstance(each, Roi):
            on_this = transform is None and each.slab_mm is None and drawn_on(source, reference)
            slice_mm = spacing_mm or (reference.grid.spacing[2] if on_this else None)
            mask, said = contoured(each, reference, transform, gaps, slice_mm, gaps_mm)
        else:
            mask, said = segmented(each, reference, transform)
        found[str(match.meaning)] |= mask
        notes += said
    notes += list(source.notes) if isinstance(source, SegmentSet) else []
    labels, said = _joined(found["gtvp"], found["gtvn"], reference)
    return StructureLabels(labels, tuple(matches), (*notes, *said))


def _regions(source: StructureSet | SegmentSet) -> Sequence[Roi | Segment]:
    return source.rois if isinstance(source, StructureSet) else source.segments


def _frame(source: StructureSet | SegmentSet, region: Roi | Segment) -> str:
    if isinstance(region, Roi):
        return region.frame_of_reference_uid
    return source.frame_of_reference_uid if isinstance(source, SegmentSet) else ""


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
