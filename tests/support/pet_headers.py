"""Digital reference objects of PET: small DICOM series whose true uptake is known, one knob per header rule.

`pet_series` writes a complete F-18 FDG series of a few slices, every attribute of which can be changed or left out.
`paint` gives each slice pixels of 0.2, 1 and 4 g/mL, given what one g/mL is in the stored unit, and `read_back` sends
the series through bytes, as a scanner would. `activity_of_one` is the physics that the stored values come from; it
shares nothing with `hyoid.dicom`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.config import disable_value_validation
from pydicom.dataset import FileMetaDataset
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

UPTAKES = (0.2, 1.0, 4.0)
STORED = (50, 250, 1000)
"""Stored values of the three uptakes before the slice's own scale: they are in the same proportion."""

PET_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.128"
ROOT = "1.2.826.0.1.3680043.10.1000"

WEIGHT_KG, HEIGHT_M, DOSE_BQ, HALF_LIFE_S = 70.0, 1.75, 3.5e8, 6586.2
HOUR = 3600.0

PHILIPS_BLOCK = "Philips PET Private Group"
GE_BLOCK = "GEMS_PETD_01"
SIEMENS_BLOCK = "SIEMENS MED PT"


def activity_of_one(
    seconds: float, *, weight_kg: float = WEIGHT_KG, dose_bq: float = DOSE_BQ, half_life_s: float = HALF_LIFE_S
) -> float:
    """Bq/mL of tissue with an SUVbw of 1 g/mL some seconds after the injection."""
    return dose_bq * float(np.exp(-np.log(2) / half_life_s * seconds)) / (weight_kg * 1000)


def mean_activity_of_one(start_s: float, duration_s: float, half_life_s: float = HALF_LIFE_S) -> float:
    """Mean over a frame of Bq/mL at 1 g/mL, by numerical integration."""
    t = start_s + (np.arange(20_000) + 0.5) * duration_s / 20_000
    return float(np.mean(DOSE_BQ * np.exp(-np.log(2) / half_life_s * t))) / (WEIGHT_KG * 1000)


def pet_series(
    slices: int = 3,
    isotope: Mapping[str, Any] | None = None,
    per_slice: Mapping[str, Sequence[Any]] | None = None,
    **attributes: Any,
) -> list[Dataset]:
    """Return the headers of one series: injected at 10:00, scanned at 11:00, BQML, corrected to START.

    `attributes` replace those of every slice, `isotope` those of the Radiopharmaceutical Information Sequence,
    `per_slice` those of each slice in turn; None removes one.
    """
    series = []
    with disable_value_validation():  # so that a header can be wrong
        for i in range(slices):
            own = {name: values[i] for name, values in (per_slice or {}).items()}
            series.append(pet_slice(i, isotope, attributes | own))
    return series


def pet_slice(index: int, isotope: Mapping[str, Any] | None, attributes: Mapping[str, Any]) -> Dataset:
    """Return one header of `pet_series`."""
    header = Dataset()
    standard: dict[str, Any] = {
        "SOPClassUID": PET_IMAGE_STORAGE,
        "SOPInstanceUID": f"{ROOT}.3.{index + 1}",
        "StudyInstanceUID": f"{ROOT}.1",
        "SeriesInstanceUID": f"{ROOT}.2",
        "FrameOfReferenceUID": f"{ROOT}.4",
        "Modality": "PT",
        "Manufacturer": "ACME",
        "PatientID": "DRO",
        "PatientName": "DRO",
        "PatientSex": "M",
        "PatientWeight": "70",
        "PatientSize": "1.75",
        "StudyDate": "20240301",
        "SeriesDate": "20240301",
        "SeriesTime": "110000.00",
        "AcquisitionDate": "20240301",
        "AcquisitionTime": "110000.00",
        "SeriesType": ["WHOLE BODY", "IMAGE"],
        "Units": "BQML",
        "CountsSource": "EMISSION",
        "DecayCorrection": "START",
        "CorrectedImage": ["NORM", "DTIM", "ATTN", "SCAT", "RAN", "DECY"],
        "ActualFrameDuration": "180000",
        "ImagePositionPatient": [0, 0, 3 * index],
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "PixelSpacing": [4, 4],
        "SliceThickness": "3",
        "RescaleSlope": "1",
        "RescaleIntercept": "0",
    }
    for keyword, value in (standard | dict(attributes)).items():
        if value is not None:
            setattr(header, keyword, value)
    item = _isotope(isotope or {})
    if "RadiopharmaceuticalInformationSequence" not in attributes:
        header.RadiopharmaceuticalInformationSequence = [item]
    return header


def code(value: str, meaning: str, scheme: str = "SRT") -> list[Dataset]:
    """Return a code sequence of one item."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return [item]


def with_private(series: list[Dataset], group: int, creator: str, offset: int, vr: str, value: Any) -> list[Dataset]:
    """Add a private element to every slice; a list or tuple of values is dealt out one a slice."""
    values = value if isinstance(value, (list, tuple)) else [value] * len(series)
    with disable_value_validation():
        for header, one in zip(series, values, strict=True):
            header.private_block(group, creator, create=True).add_new(offset, vr, one)
    return series


def paint(series: list[Dataset], one: float | Sequence[float]) -> list[Dataset]:
    """Give every slice pixels of `UPTAKES`, where SUVbw 1 g/mL is `one` in the stored unit (one number per slice).

    The slices have different rescale slopes, as GE writes them.
    """
    ones = [one] * len(series) if isinstance(one, (int, float)) else list(one)
    for i, (header, unit) in enumerate(zip(series, ones, strict=True)):
        scale = i + 1
        header.RescaleSlope = f"{unit / (STORED[1] * scale):.10g}"
        pixels = np.tile(np.repeat(np.array(STORED) * scale, 2).astype(np.int16), (4, 1))
        header.Rows, header.Columns = pixels.shape
        header.SamplesPerPixel, header.PhotometricInterpretation = 1, "MONOCHROME2"
        header.BitsAllocated = header.BitsStored = 16
        header.HighBit, header.PixelRepresentation = 15, 1
        header.PixelData = pixels.tobytes()
    return series


def read_back(series: list[Dataset], *, implicit: bool = False) -> list[Dataset]:
    """Write every slice as a DICOM file in memory and read it again; implicit VR loses the VR of private elements."""
    return [dcmread(BytesIO(as_file(header, implicit=implicit))) for header in series]


def as_file(header: Dataset, *, implicit: bool = False) -> bytes:
    """Return one slice as the bytes of a DICOM file."""
    header.file_meta = FileMetaDataset()
    header.file_meta.MediaStorageSOPClassUID = header.SOPClassUID
    header.file_meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    header.file_meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    header.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    stream = BytesIO()
    header.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def clock(moment: datetime) -> str:
    """Return a moment as TM."""
    return f"{moment:%H%M%S.%f}"


def _isotope(changes: Mapping[str, Any]) -> Dataset:
    item = Dataset()
    standard: dict[str, Any] = {
        "Radiopharmaceutical": "Fluorodeoxyglucose",
        "RadiopharmaceuticalStartDateTime": "20240301100000.00",
        "RadiopharmaceuticalStartTime": "100000.00",
        "RadionuclideTotalDose": f"{DOSE_BQ:.0f}",
        "RadionuclideHalfLife": f"{HALF_LIFE_S}",
        "RadionuclideCodeSequence": code("C-111A1", "^18^Fluorine"),
    }
    for keyword, value in (standard | dict(changes)).items():
        if value is not None:
            setattr(item, keyword, value)
    return item
