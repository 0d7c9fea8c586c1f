"""A small synthetic study whose objects refer to one another, and identifying text planted wherever it can stand."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from pydicom import DataElement, Dataset
from pydicom.datadict import DicomDictionary
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from hyoid.dicom.deidentify.profile import profile
from support.pet_headers import DOSE_BQ, HALF_LIFE_S, code

ROOT = "1.2.826.0.1.3680043.10.9999"
STUDY, FRAME = f"{ROOT}.1", f"{ROOT}.2"
CT_CLASS, PET_CLASS = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.128"
STRUCT_CLASS, DOSE_CLASS = "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.481.2"
SEG_CLASS, REG_CLASS = "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.1"
SR_CLASS = "1.2.840.10008.5.1.4.1.1.88.33"

PLANTED, PLANTED_DATE, PLANTED_UID = "PLANTED", "19570214", "1.2.3.4.5.6.7.8.9"
"""What no output may hold a byte of: a word within every text, a date, and the root of every UID."""

NAME, IDENTIFIER = "PLANTEDMEIER^ANNA", "PLANTED-4711"


def base(sop_class: str, modality: str, series: int, instance: int) -> Dataset:
    """Return what every object of the study has."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, f"{ROOT}.{series}.{instance}"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = STUDY, f"{ROOT}.{series}", FRAME
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = NAME, IDENTIFIER, PLANTED_DATE
    ds.PatientSex, ds.PatientAge, ds.PatientWeight, ds.PatientSize = "F", "061Y", "70", "1.75"
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = "20240301"
    ds.StudyTime = ds.SeriesTime = ds.ContentTime = "110000"
    ds.AccessionNumber, ds.StudyID, ds.Manufacturer = "PLANTED-ACC", "PLANTED-ST", "GE MEDICAL SYSTEMS"
    ds.Modality, ds.ReferringPhysicianName = modality, "PLANTEDDOCTOR^X"
    return ds


def image(sop_class: str, modality: str, series: int, instance: int) -> Dataset:
    """Return one slice of 4 x 4 pixels."""
    ds = base(sop_class, modality, series, instance)
    ds.ImageType = ["ORIGINAL", "PRIMARY"]
    ds.AcquisitionDate, ds.AcquisitionTime = "20240301", "110000.00"
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, 0, 3 * instance], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness, ds.InstanceNumber = [4, 4], "3", str(instance)
    ds.RescaleSlope, ds.RescaleIntercept = "1.5", "0"
    pixels(ds, 16)
    return ds


def pixels(ds: Dataset, bits: int, frames: int = 1) -> None:
    """Give an object monochrome pixels."""
    ds.Rows = ds.Columns = 4
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = bits
    ds.HighBit, ds.PixelRepresentation = bits - 1, 0
    kind = {1: np.uint8, 16: np.uint16, 32: np.uint32}[bits]
    count = frames * 16 // 8 if bits == 1 else frames * 16
    ds.PixelData = np.arange(count, dtype=kind).tobytes()


def pet(instance: int) -> Dataset:
    """Return a PET slice of GE, injected an hour before the scan that a private element dates."""
    ds = image(PET_CLASS, "PT", 11, instance)
    ds.SeriesTime, ds.AcquisitionTime = "143000", "113000"  # processed later: the private scan time counts
    ds.SeriesType, ds.Units, ds.CountsSource = ["WHOLE BODY", "IMAGE"], "BQML", "EMISSION"
    ds.DecayCorrection, ds.CorrectedImage = "START", ["NORM", "ATTN", "DECY"]
    ds.ActualFrameDuration = "180000"
    item = Dataset()
    item.Radiopharmaceutical, item.RadionuclideCodeSequence = "FDG", code("C-111A1", "^18^Fluorine")
    item.RadiopharmaceuticalStartDateTime, item.RadiopharmaceuticalStartTime = "20240301100000.00", "100000.00"
    item.RadionuclideTotalDose, item.RadionuclideHalfLife = f"{DOSE_BQ:.0f}", f"{HALF_LIFE_S}"
    ds.RadiopharmaceuticalInformationSequence = [item]
    ds.private_block(0x0009, "GEMS_PETD_01", create=True).add_new(0x0D, "DT", "20240301110000.00")
    return ds


def reference(ds: Dataset) -> Dataset:
    """Return an item that refers to an object."""
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    return item


def series_reference(images: list[Dataset]) -> Dataset:
    """Return an item that refers to a series and its instances."""
    item = Dataset()
    item.SeriesInstanceUID, item.ReferencedInstanceSequence = images[0].SeriesInstanceUID, list(map(reference, images))
    return item


def structure_set(ct: list[Dataset], names: tuple[str, ...] = ("GTVp", "Tumour Fr. Meier")) -> Dataset:
    """Return contours on the CT."""
    ds = base(STRUCT_CLASS, "RTSTRUCT", 12, 1)
    ds.StructureSetLabel, ds.StructureSetName = "PLANTED", "PLANTED"
    ds.StructureSetDate, ds.StructureSetTime = "20240302", "090000"
    frame, study, series = Dataset(), Dataset(), Dataset()
    series.SeriesInstanceUID, series.ContourImageSequence = ct[0].SeriesInstanceUID, list(map(reference, ct))
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = "1.2.840.10008.3.1.2.3.1", STUDY
    study.RTReferencedSeriesSequence = [series]
    frame.FrameOfReferenceUID, frame.RTReferencedStudySequence = FRAME, [study]
    ds.ReferencedFrameOfReferenceSequence = [frame]
    rois, contours, observations = [], [], []
    for number, name in enumerate(names, 1):
        roi, contour, drawn, observation = Dataset(), Dataset(), Dataset(), Dataset()
        roi.ROINumber, roi.ROIName, roi.ReferencedFrameOfReferenceUID = number, name, FRAME
        roi.ROIGenerationAlgorithm = "MANUAL"
        drawn.ContourImageSequence, drawn.ContourGeometricType = [reference(ct[0])], "CLOSED_PLANAR"
        drawn.NumberOfContourPoints, drawn.ContourData = 3, [0, 0, 0, 4, 0, 0, 4, 4, 0]
        contour.ReferencedROINumber, contour.ContourSequence = number, [drawn]
        observation.ObservationNumber = observation.ReferencedROINumber = number
        observation.ROIObservationLabel, observation.ROIInterpreter = name, "PLANTEDDOCTOR^X"
        rois.append(roi)
        contours.append(contour)
        observations.append(observation)
    ds.StructureSetROISequence, ds.ROIContourSequence, ds.RTROIObservationsSequence = rois, contours, observations
    return ds


def dose(structures: Dataset) -> Dataset:
    """Return a dose that refers to the structure set."""
    ds = base(DOSE_CLASS, "RTDOSE", 13, 1)
    pixels(ds, 32)
    ds.DoseUnits, ds.DoseType, ds.DoseSummationType, ds.DoseGridScaling = "GY", "PHYSICAL", "PLAN", "0.001"
    ds.ReferencedStructureSetSequence = [reference(structures)]
    return ds


def segmentation(ct: list[Dataset]) -> Dataset:
    """Return a binary segmentation that refers to the CT by series and by frame."""
    ds = base(SEG_CLASS, "SEG", 14, 1)
    pixels(ds, 1)
    ds.NumberOfFrames, ds.SegmentationType, ds.ContentDescription = 1, "BINARY", "PLANTED"
    segment = Dataset()
    segment.SegmentNumber, segment.SegmentLabel, segment.SegmentDescription = 7, "PLANTED", "PLANTED"
    segment.SegmentedPropertyCategoryCodeSequence = code("49755003", "Morphologically Abnormal Structure", "SCT")
    segment.SegmentedPropertyTypeCodeSequence = code("X1", "PLANTED", "99SITE")
    ds.SegmentSequence, ds.ReferencedSeriesSequence = [segment], [series_reference(ct)]
    frame, derived = Dataset(), Dataset()
    derived.SourceImageSequence = [reference(ct[0])]
    frame.DerivationImageSequence = [derived]
    ds.PerFrameFunctionalGroupsSequence = [frame]
    return ds


def registration(ct: list[Dataset]) -> Dataset:
    """Return a registration of the frame with itself."""
    ds = base(REG_CLASS, "REG", 15, 1)
    item = Dataset()
    item.FrameOfReferenceUID, item.ReferencedImageSequence = FRAME, list(map(reference, ct))
    ds.RegistrationSequence = [item]
    return ds


def content(kind: str, concept: tuple[str, str, str], **attributes: object) -> Dataset:
    """Return one content item of a structured report; the concept is code, scheme, meaning."""
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", kind
    value, scheme, meaning = concept
    item.ConceptNameCodeSequence = code(value, meaning, scheme)
    for keyword, one in attributes.items():
        setattr(item, keyword, one)
    return item


def number(value: str, unit: str) -> list[Dataset]:
    """Return a measured value."""
    item = Dataset()
    item.NumericValue, item.MeasurementUnitsCodeSequence = value, code(unit, unit, "UCUM")
    return [item]


def report(ct: list[Dataset], items: list[Dataset] | None = None) -> Dataset:
    """Return a structured report that refers to the CT."""
    ds = base(SR_CLASS, "SR", 16, 1)
    ds.ValueType, ds.CompletionFlag, ds.VerificationFlag = "CONTAINER", "COMPLETE", "UNVERIFIED"
    ds.ConceptNameCodeSequence = code("126000", "Imaging Measurement Report", "DCM")
    evidence = Dataset()
    evidence.StudyInstanceUID, evidence.ReferencedSeriesSequence = STUDY, [series_reference(ct)]
    ds.CurrentRequestedProcedureEvidenceSequence = [evidence]
    picture = content("IMAGE", ("121191", "DCM", "Referenced Segment"), ReferencedSOPSequence=[reference(ct[0])])
    ds.ContentSequence = [picture, *(items or [])]
    return ds


def study() -> dict[str, Dataset]:
    """Return the whole study by file name."""
    ct = [image(CT_CLASS, "CT", 10, i) for i in (1, 2)]
    structures = structure_set(ct)
    named = {"struct": structures, "dose": dose(structures), "seg": segmentation(ct), "reg": registration(ct)}
    return {f"ct{i}": ds for i, ds in enumerate(ct)} | {f"pt{i}": pet(i) for i in (1, 2)} | named | {"sr": report(ct)}


def save(ds: Dataset, path: Path | BytesIO, *, implicit: bool = False) -> None:
    """Write an object, with planted text in preamble and file meta information."""
    if isinstance(path, Path):
        path.parent.mkdir(parents=True, exist_ok=True)
    ds.preamble = (PLANTED.encode() * 20)[:128]
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.file_meta.ImplementationClassUID = f"{PLANTED_UID}.1"
    ds.file_meta.SourceApplicationEntityTitle = PLANTED
    ds.file_meta.PrivateInformationCreatorUID, ds.file_meta.PrivateInformation = f"{PLANTED_UID}.2", b"PLANTED!"
    ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    ds.save_as(path, enforce_file_format=True)


def plant(ds: Dataset) -> int:
    """Plant identifying values in every attribute that `plantable` names and that the object has not; how many."""
    count = 0
    for tag, vr in plantable():
        if tag not in ds:
            ds[tag] = DataElement(tag, vr, planted_value(tag, vr))
            count += 1
    for group, creator in ((0x0011, "PLANTED SITE"), (0x0009, "PLANTED OTHER"), (0x7053, "Philips PET Private Group")):
        block = ds.private_block(group, creator, create=True)
        for offset, vr in ((0x03, "LO"), (0x07, "UI"), (0x0E, "PN"), (0x11, "OB"), (0x12, "SQ"), (0x13, "DA")):
            block.add_new(offset, vr, planted_value(Tag(group, 0x1000 | offset), vr))
    return count + 18


def plantable() -> Iterator[tuple[int, str]]:
    """Yield tag and VR of all attributes that may hold who a patient is, one day, or one object.

    Those of the standard's table but what patient characteristics keep, and of the others all of a VR for text, names,
    dates, bytes and UIDs, but those that hyoid's rules keep as describing apparatus.
    """
    kept = profile().words["kept_text"] | profile().words["kept_uids"]
    kinds = {"SH", "LO", "ST", "LT", "UC", "UT", "UR", "PN", "AE", "DA", "DT", "UI", "OB"}
    for tag, (vr, _, _, _, keyword) in DicomDictionary.items():
        rule = profile().rule(tag)
        if tag >> 16 < 8 or keyword in kept or tag == 0x7FE00010:
            continue
        if rule is not None and "patient" in rule.options:
            continue
        if vr in kinds or (rule is not None and vr in {"SQ", "CS", "AS", "UN"}):
            yield tag, vr
    yield from ((0x60003000, "OW"), (0x60004000, "LT"), (0x50003000, "OW"), (0x00091234 & 0xFFFEFFFF, "LO"))


def planted_value(tag: int, vr: str) -> object:
    """Return a value of a VR that is told apart from all others by its tag."""
    text = f"{PLANTED}{tag:08X}"
    if vr == "SQ":
        item = Dataset()
        item.PatientName, item.PatientID, item.CodeMeaning, item.CodingSchemeDesignator = text, text, text, "99SITE"
        item.UID, item.Date = f"{PLANTED_UID}.{tag}", PLANTED_DATE
        return Sequence([item])
    return {
        "DA": PLANTED_DATE,
        "DT": f"{PLANTED_DATE}101112",
        "UI": f"{PLANTED_UID}.{tag}",
        "OB": (text + "0").encode(),
        "OW": (text + "0").encode(),
        "UN": (text + "0").encode(),
        "UR": f"https://{text}.example",
    }.get(vr, text)
