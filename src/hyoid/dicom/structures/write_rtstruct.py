"""A label map as an RT Structure Set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.dicom.structures.coding import ARTIFICIAL_INTELLIGENCE, CodeTriple, LesionCode, lesion_code
from hyoid.dicom.structures.lattice import checked_labels
from hyoid.dicom.structures.objects import as_given, reading
from hyoid.dicom.structures.origin import MANUFACTURER, RESEARCH_ONLY, Algorithm
from hyoid.dicom.structures.reference import ReferenceSeries
from hyoid.dicom.structures.trace import trace
from hyoid.files import atomic_path
from hyoid.geometry import Grid, Volume
from hyoid.version import __version__

SERIES_NUMBER = 9302
"""Series Number of structure sets: high, so that it stands after the scanner's own series."""

DECIMALS = 4
"""Digits after the point in contour data, mm: half a pixel of a CT is 2,000 times the rounding."""

_RT_STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
_DETACHED_STUDY = "1.2.840.10008.3.1.2.3.1"
"""Retired, and still what RT Referenced Study Sequence names as the class of a study (PS3.3 C.8.8.5)."""

_PATIENT_AND_STUDY = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientAge", "PatientSize", "PatientWeight"),
    *("IssuerOfPatientID", "PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence"),
    *("StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName"),
    *("StudyDescription", "FrameOfReferenceUID", "PositionReferenceIndicator"),
)
_TYPE_TWO = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID"),
    *("AccessionNumber", "ReferringPhysicianName", "PositionReferenceIndicator"),
)
"""Attributes that must be there and may be empty."""


def write_rtstruct(
    path: Path,
    labels: Volume,
    names: Mapping[int, str],
    reference: ReferenceSeries,
    algorithm: Algorithm | None,
) -> str:
    """Write a label map as an RT Structure Set (SOP class 1.2.840.10008.5.1.4.1.1.481.3), one region a label.

    Contours lie on the slices of the image series, run along the edges of its pixels, and have holes joined by keyholes
    (`trace`); each names its slice. Regions have their names by TG-263, target codes (PS3.16 CID 9534) and the type
    GTV. A label without a voxel stays a region without contours: it was looked for. Implicit VR Little Endian, because
    under an explicit VR a contour of some 2,000 points is longer than a value may be (PS3.3 C.8.8.6).

    Parameters
    ----------
    labels
        Label map on the voxels of the reference series, its axes in any order or direction.
    names
        Name of each label, as a recipe gives it: {1: "gtvp", 2: "gtvn"} or {1: "tumour"}.
    reference
        The CT series.
    algorithm
        What drew the labels; None if a person did.

    Returns
    -------
    str
        SOP Instance UID of what was written.

    Raises
    ------
    DicomError
        If a label has no name.
    GeometryError
        If the labels are not on the series' voxels.
    """
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence
    from pydicom.uid import ImplicitVRLittleEndian, generate_uid

    placed = checked_labels(labels, names, reference.grid)
    with reading(f"the headers of series {reference.series_instance_uid}"):
        dataset = _document(reference)
    dataset.SOPClassUID, dataset.SOPInstanceUID = _RT_STRUCTURE_SET, generate_uid(prefix=None)
    dataset.SeriesInstanceUID = generate_uid(prefix=None)
    dataset.StructureSetROISequence = Sequence()
    dataset.ROIContourSequence = Sequence()
    dataset.RTROIObservationsSequence = Sequence()
    for number, (value, name) in enumerate(names.items(), start=1):
        lesion = lesion_code(name)
        dataset.StructureSetROISequence.append(_roi(number, lesion, reference, algorithm))
        dataset.ROIContourSequence.append(_contours(number, lesion, placed.array == value, reference))
        dataset.RTROIObservationsSequence.append(_observation(number, lesion))
    dataset.file_meta = Dataset()
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    with as_given(), atomic_path(path) as temporary:
        dataset.save_as(temporary, enforce_file_format=True)
    return str(dataset.SOPInstanceUID)


def _document(reference: ReferenceSeries) -> Any:
    """Return all but the regions: patient, study, series, equipment, and what the structure set refers to."""
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    first, now = reference.headers[0], datetime.now().astimezone()
    dataset = Dataset()
    if charset := first.get("SpecificCharacterSet"):
        dataset.SpecificCharacterSet = charset
    for name in _TYPE_TWO:
        setattr(dataset, name, None)
    for name in _PATIENT_AND_STUDY:
        if name in first:
            dataset[name] = first[name]
    dataset.Modality, dataset.SeriesNumber, dataset.OperatorsName = "RTSTRUCT", SERIES_NUMBER, None
    dataset.SeriesDescription = "hyoid lesions (research use only)"
    dataset.Manufacturer = dataset.ManufacturerModelName = MANUFACTURER
    dataset.SoftwareVersions, dataset.InstanceNumber = __version__, 1
    dataset.StructureSetLabel, dataset.StructureSetName = "LESIONS", "Lesions in FDG-PET/CT"
    dataset.StructureSetDescription = RESEARCH_ONLY
    dataset.StructureSetDate = dataset.SeriesDate = dataset.InstanceCreationDate = now.strftime("%Y%m%d")
    dataset.StructureSetTime = dataset.SeriesTime = dataset.InstanceCreationTime = now.strftime("%H%M%S")
    dataset.ApprovalStatus = "UNAPPROVED"
    series = Dataset()
    series.SeriesInstanceUID = reference.series_instance_uid
    series.ContourImageSequence = Sequence([_image(header) for header in reference.headers])
    study = Dataset()
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = _DETACHED_STUDY, reference.study_instance_uid
    study.RTReferencedSeriesSequence = Sequence([series])
    frame = Dataset()
    frame.FrameOfReferenceUID = reference.frame_of_reference_uid
    frame.RTReferencedStudySequence = Sequence([study])
    dataset.ReferencedFrameOfReferenceSequence = Sequence([frame])
    return dataset


def _roi(number: int, lesion: LesionCode, reference: ReferenceSeries, algorithm: Algorithm | None) -> Any:
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


def _contours(number: int, lesion: LesionCode, mask: NDArray[np.bool_], reference: ReferenceSeries) -> Any:
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    item = Dataset()
    item.ROIDisplayColor, item.ReferencedROINumber = list(lesion.color), number
    drawn = [
        _contour(points, reference.headers[k])
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


def _contour(points: NDArray[np.float64], header: Any) -> Any:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    contour = Dataset()
    contour.ContourImageSequence = Sequence([_image(header)])
    contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", len(points)
    values = [f"{value:.{DECIMALS}f}" for value in points.ravel().tolist()]
    contour.add(DataElement("ContourData", "DS", values, already_converted=True))  # else each is parsed and checked
    return contour


def _observation(number: int, lesion: LesionCode) -> Any:
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    item = Dataset()
    item.ObservationNumber = item.ReferencedROINumber = number
    item.ROIObservationLabel, item.RTROIInterpretedType, item.ROIInterpreter = lesion.name, "GTV", None
    item.RTROIIdentificationCodeSequence = Sequence([_code(lesion.target)])
    return item


def _image(header: Any) -> Any:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = header.SOPClassUID, header.SOPInstanceUID
    return item


def _code(triple: CodeTriple) -> Any:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = triple
    return item
