"""What an RT Structure Set holds: regions of interest as contours in the patient's coordinates."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.dicom.structures.objects import numbers_of, read_object, reading
from hyoid.errors import DicomError

AREA_TYPES = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
"""Contour Geometric Types that enclose an area; POINT, OPEN_PLANAR and OPEN_NONPLANAR do not (PS3.3 C.8.8.6.1)."""


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """One contour: vertices (n, 3) in LPS mm, its Contour Geometric Type, and Contour Slab Thickness if it has one."""

    points: NDArray[np.float64]
    kind: str
    slab_mm: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Roi:
    """One region of interest.

    Attributes
    ----------
    number, name
        ROI Number and ROI Name.
    frame_of_reference_uid
        Coordinate system of the contours; empty where the object does not say.
    contours
        In the order of the object; none for a region that was named and not drawn.
    interpreted_type
        RT ROI Interpreted Type, such as GTV or ORGAN; empty where not given.
    """

    number: int
    name: str
    frame_of_reference_uid: str
    contours: tuple[Contour, ...]
    interpreted_type: str = ""

    @property
    def areas(self) -> tuple[NDArray[np.float64], ...]:
        """Vertices of the contours that enclose an area."""
        return tuple(contour.points for contour in self.contours if contour.kind in AREA_TYPES)

    @property
    def slab_mm(self) -> float | None:
        """The thickness that all contours with an area say they stand for (PS3.3 C.8.8.6.2), mm; None if not one."""
        said = {contour.slab_mm for contour in self.contours if contour.kind in AREA_TYPES}
        return said.pop() if len(said) == 1 else None


@dataclass(frozen=True, slots=True, eq=False)
class StructureSet:
    """An RT Structure Set: its regions, and the image series that they were drawn on as far as it says."""

    label: str
    rois: tuple[Roi, ...]
    referenced_series: tuple[str, ...] = field(default=())


def read_structure_set(path: Path) -> StructureSet:
    """Read an RT Structure Set (SOP class 1.2.840.10008.5.1.4.1.1.481.3).

    Raises
    ------
    DicomError
        If the file is missing, no DICOM, another kind of object, or a contour's data are damaged or ambiguous.
    """
    with reading(str(path)):
        dataset = read_object(path)
        if dataset.get("Modality") != "RTSTRUCT":
            raise DicomError.of(
                f"{path}, an object of modality {dataset.get('Modality') or 'unknown'}",
                "an RT Structure Set",
                "Give the file of modality RTSTRUCT.",
            )
        return structure_set_of(dataset, str(path))


def structure_set_of(dataset: Any, where: str = "the structure set") -> StructureSet:
    """Return the structure set that a pydicom dataset holds; errors as `read_structure_set`, which name `where`."""
    if not dataset.get("StructureSetROISequence") or "ROIContourSequence" not in dataset:
        raise DicomError.of(
            f"no Structure Set ROI Sequence or no ROI Contour Sequence in {where}",
            "the regions and their contours",
            "The object is empty or was cut off; export it again.",
        )
    contours = {int(item.ReferencedROINumber): item for item in dataset.get("ROIContourSequence") or []}
    kinds = {
        int(item.ReferencedROINumber): str(item.get("RTROIInterpretedType") or "")
        for item in dataset.get("RTROIObservationsSequence") or []
        if item.get("ReferencedROINumber") is not None
    }
    frames = [str(item.get("FrameOfReferenceUID") or "") for item in _frames(dataset)]
    rois: dict[int, Roi] = {}
    for item in dataset.StructureSetROISequence:
        number, name = int(item.ROINumber), str(item.get("ROIName") or "").strip()
        if number in rois:
            raise DicomError.of(
                f"two regions with number {number} in {where}", "each ROI Number once", "Export it again."
            )
        frame = str(item.get("ReferencedFrameOfReferenceUID") or "") or (frames[0] if len(set(frames)) == 1 else "")
        drawn = contours[number].get("ContourSequence") or [] if number in contours else []
        rois[number] = Roi(
            number, name, frame, tuple(_contour(each, name, where) for each in drawn), kinds.get(number, "")
        )
    return StructureSet(str(dataset.get("StructureSetLabel") or ""), tuple(rois.values()), _referenced_series(dataset))


def _frames(dataset: Any) -> list[Any]:
    return list(dataset.get("ReferencedFrameOfReferenceSequence") or [])


def _referenced_series(dataset: Any) -> tuple[str, ...]:
    return tuple(
        str(series.SeriesInstanceUID)
        for frame in _frames(dataset)
        for study in frame.get("RTReferencedStudySequence") or []
        for series in study.get("RTReferencedSeriesSequence") or []
        if series.get("SeriesInstanceUID")
    )


def _contour(item: Any, name: str, where: str) -> Contour:
    """Return one contour, or refuse it: a contour that is half there would make a region that nobody drew."""
    kind = str(item.get("ContourGeometricType") or "")
    values = numbers_of(item, "ContourData")
    said = item.get("NumberOfContourPoints")
    if len(values) % 3 or not len(values) or not np.isfinite(values).all():
        raise DicomError.of(
            f"a contour of '{name}' with {len(values)} numbers, {np.isfinite(values).sum()} of them finite, in {where}",
            "three coordinates a point",
            "Export the structure set again.",
        )
    if said is not None and int(said) != len(values) // 3:
        raise DicomError.of(
            f"a contour of '{name}' with {len(values) // 3} points in {where}",
            f"the {int(said)} that Number of Contour Points says",
            "The contour was cut off on its way; export the structure set again.",
        )
    if numbers_of(item, "ContourOffsetVector").any():
        raise DicomError.of(
            f"a contour of '{name}' with the retired Contour Offset Vector in {where}",
            "contours that lie where their data say",
            "Export it again without the offset.",
        )
    points = values.reshape(-1, 3)
    if kind in AREA_TYPES and len(points) > 1 and (points[0] == points[-1]).all():
        points = points[:-1]  # closed twice, which the standard forbids and some do
    slab = numbers_of(item, "ContourSlabThickness")
    stated = len(slab) == 1 and np.isfinite(slab[0]) and slab[0] > 0
    return Contour(points, kind, float(slab[0]) if stated else None)
