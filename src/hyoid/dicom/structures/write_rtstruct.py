"""A label map as an RT Structure Set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from hyoid.dicom.structures.coding import lesion_code
from hyoid.dicom.structures.lattice import checked_labels
from hyoid.dicom.structures.objects import as_given, reading
from hyoid.dicom.structures.origin import MANUFACTURER, RESEARCH_ONLY, Algorithm
from hyoid.dicom.structures.reference import ReferenceSeries
from hyoid.dicom.structures.rtstruct_items import contours_item, image_item, observation_item, region_item
from hyoid.files import atomic_path
from hyoid.geometry import Volume
from hyoid.version import __version__

SERIES_NUMBER = 9302
"""Series Number of structure sets: high, so that it stands after the scanner's own series."""


_RT_STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
_DETACHED_STUDY = "1.2.840.10008.3.1.2.3.1"
"""Retired, and still what RT Referenced Study Sequence names as the class of a study (PS3.3 C.8.8.5)."""

_PATIENT_AND_STUDY = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientAge", "PatientSize", "PatientWeight"),
    *("IssuerOfPatientID", "PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence"),
    *("StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName"),
    *("StudyDescription", "FrameOfReferenceUID", "PositionReferenceIndicator"),
)


def write_rtstruct(
    path: Path,
    labels: Volume,
    names: Mapping[int, str],
    reference: ReferenceSeries,
    algorithm: Algorithm | None,
) -> str:
    """Write a label map as an RT Structure Set (SOP class 1.2.840.10008.5.1.4.1.1.481.3), one region a label.

    Contours lie on the slices of the image series, run along the edges of its pixels, and have holes joined by keyholes
    (`trace`). Each names its slice, and the slab thickness that it stands for: then nobody need guess what is between.
    Regions have their names by TG-263, target codes (PS3.16 CID 9534) and the type GTV. A label without a voxel stays a
    region without contours: it was looked for. Implicit VR Little Endian, because under an explicit VR a contour of
    some 2,000 points is longer than a value may be (PS3.3 C.8.8.6).

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
        dataset.StructureSetROISequence.append(region_item(number, lesion, reference, algorithm))
        dataset.ROIContourSequence.append(contours_item(number, lesion, placed.array == value, reference))
        dataset.RTROIObservationsSequence.append(observation_item(number, lesion))
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
    series.ContourImageSequence = Sequence([image_item(header) for header in reference.headers])
    study = Dataset()
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = _DETACHED_STUDY, reference.study_instance_uid
    study.RTReferencedSeriesSequence = Sequence([series])
    frame = Dataset()
    frame.FrameOfReferenceUID = reference.frame_of_reference_uid
    frame.RTReferencedStudySequence = Sequence([study])
    dataset.ReferencedFrameOfReferenceSequence = Sequence([frame])
    return dataset
