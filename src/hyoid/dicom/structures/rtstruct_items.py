"""The items of an RT Structure Set: a label's region, its contours, what it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.dicom.structures.coding import ARTIFICIAL_INTELLIGENCE, CodeTriple, LesionCode
from hyoid.dicom.structures.origin import MANUFACTURER, Algorithm
from hyoid.dicom.structures.reference import ReferenceSeries
from hyoid.dicom.structures.trace import trace
from hyoid.geometry import Grid

DECIMALS = 4
"""Digits after the point in contour data, mm: half a pixel of a CT is 2,000 times the rounding."""


def region_item(number: int, lesion: LesionCode, reference: ReferenceSeries, algorithm: Algorithm | None) -> Any:
    """Return an item of the Structure Set ROI Sequence (PS3.3 C.8.8.5)."""
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    item = Dataset()
    item.ROINumber, item.ROIName, item.ROIDescription = number, lesion.name, lesion.description
    item.ReferencedFrameOfReferenceUID = reference.frame_of_reference_uid
    item.ROIGenerationAlgorithm = "MANUAL" if algorithm is None else "AUTOMATIC"
    if algorithm is not None:
        item.ROIGenerationDescription = algorithm.name
        model = Dataset()
        model.AlgorithmFamilyCodeSequence = Sequence([_code(ARTIFICIAL_INTELLIGENCE)])
        model.AlgorithmName, model.AlgorithmVersion = algorithm.name, algorithm.version
        model.AlgorithmSource = MANUFACTURER
        if algorithm.parameters:
            model.AlgorithmParameters = algorithm.parameter_text
        item.ROIDerivationAlgorithmIdentificationSequence = Sequence([model])
    return item


def contours_item(number: int, lesion: LesionCode, mask: NDArray[np.bool_], reference: ReferenceSeries) -> Any:
    """Return an item of the ROI Contour Sequence (PS3.3 C.8.8.6): the outlines of a mask (z, y, x) of the series."""
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    item = Dataset()
    item.ROIDisplayColor, item.ReferencedROINumber = list(lesion.color), number
    drawn = [
        _contour(points, reference.headers[k], reference.grid.spacing[2])
        for k in np.flatnonzero(mask.any(axis=(1, 2))).tolist()
        for points in _in_world(mask[k], k, reference.grid)
    ]
    for place, contour in enumerate(drawn, start=1):
        contour.ContourNumber = place
    if drawn:
        item.ContourSequence = Sequence(drawn)
    return item


def _in_world(section: NDArray[np.bool_], k: int, grid: Grid) -> list[NDArray[np.float64]]:
    return [grid.to_world(np.c_[loop, np.full(len(loop), k)]) for loop in trace(section)]


def _contour(points: NDArray[np.float64], header: Any, slab_mm: float) -> Any:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    contour = Dataset()
    contour.ContourImageSequence = Sequence([image_item(header)])
    contour.ContourSlabThickness = f"{slab_mm:.6f}"
    contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", len(points)
    values = [f"{value:.{DECIMALS}f}" for value in points.ravel().tolist()]
    contour.add(DataElement("ContourData", "DS", values, already_converted=True))  # else each is parsed and checked
    return contour


def observation_item(number: int, lesion: LesionCode) -> Any:
    """Return an item of the RT ROI Observations Sequence (PS3.3 C.8.8.8)."""
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    item = Dataset()
    item.ObservationNumber = item.ReferencedROINumber = number
    item.ROIObservationLabel, item.RTROIInterpretedType, item.ROIInterpreter = lesion.name, "GTV", None
    item.RTROIIdentificationCodeSequence = Sequence([_code(lesion.target)])
    return item


def image_item(header: Any) -> Any:
    """Return a reference to one slice."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = header.SOPClassUID, header.SOPInstanceUID
    return item


def _code(triple: CodeTriple) -> Any:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = triple
    return item
