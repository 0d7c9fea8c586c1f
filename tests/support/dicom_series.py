"""Synthetic CT and PET series as DICOM files: geometry, transfer syntax and any defect by choice, values known."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    generate_uid,
)

CT_CLASS = "1.2.840.10008.5.1.4.1.1.2"
PET_CLASS = "1.2.840.10008.5.1.4.1.1.128"
NATIVE = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
WEIGHT_KG, DOSE_BQ, HALF_LIFE_S, UPTAKE_S = 70.0, 350e6, 6586.2, 3600.0
SUV_FACTOR = WEIGHT_KG * 1000 / (DOSE_BQ * 2 ** (-UPTAKE_S / HALF_LIFE_S))
"""SUVbw of 1 Bq/mL at the time of the scan, by hand: decay from the injection an hour before."""

Edit = Callable[[int, Dataset], None]


def uid(*parts: object) -> str:
    """Return the same UID for the same parts."""
    return generate_uid(entropy_srcs=[str(part) for part in parts])


def stored(shape: tuple[int, int, int], seed: int = 0, low: int = 0, high: int = 2000) -> NDArray[np.int16]:
    """Return stored values (z, y, x) that differ everywhere, so that any mix-up of axes or slices shows."""
    return np.random.default_rng(seed).integers(low, high, shape).astype(np.int16)


def ct_slices(
    values: NDArray[Any] | None = None,
    *,
    patient: str = "P1",
    study: str = "S1",
    series: str = "CT",
    number: int = 2,
    description: str = "CT WB",
    frame: str | None = "F1",
    step: float = 2.0,
    spacing: tuple[float, float] = (1.5, 1.25),
    origin: Sequence[float] = (-10.0, -20.0, -30.0),
    orientation: Sequence[float] = AXIAL,
    slope: float = 1.0,
    intercept: float = -1000.0,
    date: str = "20200131",
    time: str = "105900",
) -> list[Dataset]:
    """Return the data sets of a CT; `values` are stored values (z, y, x), z along the normal; unsigned types too."""
    values = stored((6, 8, 10)) if values is None else values
    common = {"series": series, "number": number, "description": description, "frame": frame, "date": date}
    slices = _slices(values, patient, study, step, spacing, origin, orientation, common, time, "CT")
    for dataset in slices:
        dataset.SOPClassUID = CT_CLASS
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = slope, intercept, "HU"
        dataset.KVP, dataset.ConvolutionKernel = 120, "B31f"
        dataset.Manufacturer, dataset.ManufacturerModelName = "SIEMENS", "Biograph 40"
    return slices


def pet_slices(
    values: NDArray[Any] | None = None,
    *,
    patient: str = "P1",
    study: str = "S1",
    series: str = "PT",
    number: int = 3,
    description: str = "PET AC",
    frame: str | None = "F1",
    step: float = 3.0,
    spacing: tuple[float, float] = (4.0, 4.0),
    origin: Sequence[float] = (-10.0, -20.0, -30.0),
    orientation: Sequence[float] = AXIAL,
    slopes: Sequence[float] | None = None,
    units: str = "BQML",
    date: str = "20200131",
    time: str = "110000",
) -> list[Dataset]:
    """Return the data sets of an attenuation-corrected PET with all that SUV needs; `slopes` one a slice."""
    values = stored((4, 5, 6), seed=1) if values is None else values
    common = {"series": series, "number": number, "description": description, "frame": frame, "date": date}
    slices = _slices(values, patient, study, step, spacing, origin, orientation, common, time, "PT")
    for index, dataset in enumerate(slices):
        dataset.SOPClassUID = PET_CLASS
        dataset.ImageType = ["ORIGINAL", "PRIMARY"]
        dataset.Units, dataset.DecayCorrection = units, "START"
        dataset.SeriesType = ["STATIC", "IMAGE"]
        dataset.CorrectedImage = ["DECY", "ATTN", "SCAT", "NORM"]
        dataset.AttenuationCorrectionMethod = "measured"
        dataset.RescaleSlope, dataset.RescaleIntercept = (1.5 if slopes is None else slopes[index]), 0.0
        dataset.ActualFrameDuration, dataset.FrameReferenceTime = 120000, 0.0
        dataset.NumberOfSlices, dataset.ImageIndex = len(slices), index + 1
        dataset.PatientWeight, dataset.PatientSize, dataset.PatientSex = WEIGHT_KG, 1.75, "M"
        dataset.Manufacturer, dataset.ManufacturerModelName = "SIEMENS", "Biograph 40"
        tracer = Dataset()
        tracer.RadiopharmaceuticalStartTime, tracer.RadionuclideTotalDose = "100000", DOSE_BQ
        tracer.RadionuclideHalfLife, tracer.Radiopharmaceutical = HALF_LIFE_S, "FDG"
        dataset.RadiopharmaceuticalInformationSequence = [tracer]
    return slices


def edited(slices: Sequence[Dataset], **elements: Any) -> list[Dataset]:
    """Return the data sets with these elements set; None removes one."""
    for dataset in slices:
        for name, value in elements.items():
            if value is None:
                if name in dataset:
                    delattr(dataset, name)
            else:
                setattr(dataset, name, copy.deepcopy(value))
    return list(slices)


def write_series(
    slices: Sequence[Dataset],
    folder: Path,
    *,
    syntax: str = ExplicitVRLittleEndian,
    compressed: str | None = None,
    preamble: bool = True,
    seed: int = 0,
) -> list[Path]:
    """Write each data set as a file; names and order on disk are shuffled, and say nothing of where a slice lies.

    `syntax` is one of `NATIVE`; with `compressed` the pixels are encoded in that transfer syntax. Without `preamble`
    only the bare data set is written, as old exports have it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = list(range(len(slices)))
    random.Random(seed).shuffle(names)
    paths = []
    for name, dataset in zip(names, slices, strict=True):
        path = folder / f"{dataset.Modality}{name:04d}"
        write_file(dataset, path, syntax=syntax, compressed=compressed, preamble=preamble)
        paths.append(path)
    return paths


def write_file(
    dataset: Dataset,
    path: Path,
    *,
    syntax: str = ExplicitVRLittleEndian,
    compressed: str | None = None,
    preamble: bool = True,
) -> Path:
    """Write one data set; see `write_series`."""
    dataset = copy.deepcopy(dataset)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    if syntax == ExplicitVRBigEndian and dataset.BitsAllocated == 16:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    if compressed is not None:
        dataset.compress(compressed, generate_instance_uid=False)
    if not preamble:
        del dataset.file_meta
        dataset.save_as(
            path, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=True, enforce_file_format=False
        )
    else:
        dataset.save_as(path, enforce_file_format=True)
    return path


def set_pixels(dataset: Dataset, values: NDArray[Any], bits_stored: int = 16) -> None:
    """Set the stored values (rows, columns) of a data set, 16 bits allocated, signed or not as their type is."""
    signed = np.issubdtype(values.dtype, np.signedinteger)
    dataset.Rows, dataset.Columns = values.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, bits_stored, bits_stored - 1
    dataset.PixelRepresentation = int(signed)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.PixelData = values.astype("<i2" if signed else "<u2").tobytes()


def _slices(
    values: NDArray[Any],
    patient: str,
    study: str,
    step: float,
    spacing: tuple[float, float],
    origin: Sequence[float],
    orientation: Sequence[float],
    common: dict[str, Any],
    time: str,
    modality: str,
) -> list[Dataset]:
    row, column = np.reshape(orientation, (2, 3))
    normal = np.cross(row, column)
    numbers = random.Random(1).sample(range(1, len(values) + 1), len(values))  # no order at all
    slices = []
    for index, plane in enumerate(values):
        dataset = Dataset()
        dataset.PatientID, dataset.PatientName, dataset.PatientSex = patient, f"{patient}^X", "M"
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = uid(patient, study), uid(patient, study, common["series"])
        dataset.SOPInstanceUID = uid(patient, study, common["series"], index)
        if common["frame"] is not None:
            dataset.FrameOfReferenceUID = uid(patient, common["frame"])
        dataset.Modality, dataset.SeriesNumber = modality, common["number"]
        dataset.SeriesDescription = common["description"]
        dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = common["date"]
        dataset.StudyTime = dataset.SeriesTime = dataset.AcquisitionTime = time
        dataset.InstanceNumber = numbers[index]
        dataset.PixelSpacing = list(spacing)
        dataset.ImageOrientationPatient = [float(f"{c:.14g}") for c in orientation]
        dataset.ImagePositionPatient = [float(f"{mm:.12g}") for mm in np.asarray(origin) + index * step * normal]
        dataset.SliceThickness = step
        set_pixels(dataset, plane)
        slices.append(dataset)
    return slices
