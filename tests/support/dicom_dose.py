"""RTDOSE objects written for tests with pydicom alone: every element that a test turns is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, RTDoseStorage, RTPlanStorage, generate_uid

FRAME = "1.2.826.0.1.3680043.8.498.1"
PLAN = "1.2.826.0.1.3680043.8.498.2"


def rtdose(
    stored: np.ndarray,
    *,
    scaling: float | str = 0.01,
    offsets: Sequence[float] | None = None,
    position: Sequence[float] = (-10.0, -20.0, -30.0),
    orientation: Sequence[float] = (1, 0, 0, 0, 1, 0),
    spacing: Sequence[float] = (3.0, 2.0),
    units: str = "GY",
    dose_type: str = "PHYSICAL",
    summation: str = "PLAN",
    plans: Iterable[str] = (PLAN,),
    beams: Iterable[int] = (),
    setups: Iterable[int] = (),
    fraction_group: int | None = None,
    frame: str = FRAME,
    patient: str = "P1",
    transfer_syntax: str = ExplicitVRLittleEndian,
    **elements: Any,
) -> FileDataset:
    """Return an RTDOSE of stored numbers (frames, rows, columns), uint16 or uint32 (signed where so).

    `spacing` is Pixel Spacing as it stands in the object: between rows, then between columns. Further `elements` are
    set by keyword last; None removes one.
    """
    syntax = UID(transfer_syntax)
    encoding = {"is_implicit_VR": syntax.is_implicit_VR, "is_little_endian": syntax.is_little_endian}
    dataset = FileDataset("", {}, preamble=b"\0" * 128, **encoding)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = transfer_syntax
    dataset.file_meta.MediaStorageSOPClassUID = RTDoseStorage
    dataset.SOPClassUID, dataset.SOPInstanceUID = RTDoseStorage, generate_uid(None)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.Modality, dataset.PatientID, dataset.PatientName = "RTDOSE", patient, "Test^Patient"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(None), generate_uid(None)
    dataset.FrameOfReferenceUID = frame
    dataset.DoseUnits, dataset.DoseType, dataset.DoseSummationType = units, dose_type, summation
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = list(position), list(orientation)
    dataset.PixelSpacing = list(spacing)
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = stored.shape
    dataset.FrameIncrementPointer = 0x3004000C
    dataset.GridFrameOffsetVector = list(offsets if offsets is not None else 2.5 * np.arange(len(stored)))
    dataset.DoseGridScaling = scaling
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    bits = 8 * stored.dtype.itemsize
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation = int(stored.dtype.kind == "i")
    dataset.PixelData = np.ascontiguousarray(stored).tobytes()
    dataset["PixelData"].VR = "OW"
    dataset.ReferencedRTPlanSequence = [_plan(plan, beams, setups, fraction_group) for plan in plans]
    for keyword, value in elements.items():
        if value is None:
            del dataset[keyword]
        else:
            setattr(dataset, keyword, value)
    return dataset


def _plan(uid: str, beams: Iterable[int], setups: Iterable[int], fraction_group: int | None) -> Dataset:
    plan = Dataset()
    plan.ReferencedSOPClassUID, plan.ReferencedSOPInstanceUID = RTPlanStorage, uid
    group = Dataset()
    if fraction_group is not None:
        group.ReferencedFractionGroupNumber = fraction_group
    group.ReferencedBeamSequence = [_number("ReferencedBeamNumber", n) for n in beams]
    group.ReferencedBrachyApplicationSetupSequence = [
        _number("ReferencedBrachyApplicationSetupNumber", n) for n in setups
    ]
    if fraction_group is not None or list(beams) or list(setups):
        plan.ReferencedFractionGroupSequence = [group]
    return plan


def _number(keyword: str, number: int) -> Dataset:
    item = Dataset()
    setattr(item, keyword, number)
    return item


def file_bytes(dataset: Dataset) -> bytes:
    """Return the object as the bytes of a DICOM file."""
    stream = BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def reread(dataset: Dataset) -> Dataset:
    """Return the object as it is after having been written to a file and read from it."""
    return pydicom.dcmread(BytesIO(file_bytes(dataset)))
