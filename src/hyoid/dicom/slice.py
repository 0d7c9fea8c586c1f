"""What is known of one slice from its header: enough to sort, group and choose, without the pixels."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from pydicom.dataset import Dataset

from hyoid.dicom.elements import number, numbers, text, texts, whole
from hyoid.dicom.source import Source

Numbers = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """One image of a series: a file, or a frame of a multi-frame file; texts are "" and numbers None where absent.

    Parameters
    ----------
    source, frame
        Where it lies; `frame` counts from 0 within a multi-frame file, None in a file of one image.
    spacing
        Pixel Spacing: mm between rows, then between columns (PS3.3 10.7.1.3).
    position, orientation
        Image Position and Orientation (Patient), mm and cosines (PS3.3 C.7.6.2.1.1).
    damage
        Why its pixels cannot be read, as far as the header and the file's length tell; "" where nothing is wrong.
    """

    source: Source
    frame: int | None
    sop_class: str
    sop_uid: str
    transfer_syntax: str
    series_uid: str
    study_uid: str
    frame_of_reference: str
    patient_id: str
    issuer: str
    patient_name: str
    birth_date: str
    sex: str
    modality: str
    image_type: tuple[str, ...]
    description: str
    protocol: str
    kernel: str
    study_date: str
    series_date: str
    series_time: str
    acquisition_date: str
    acquisition_time: str
    frame_reference_time: float | None
    series_number: int | None
    acquisition_number: int | None
    instance_number: int | None
    rows: int | None
    columns: int | None
    spacing: Numbers | None
    thickness: float | None
    position: Numbers | None
    orientation: Numbers | None
    units: str
    series_type: tuple[str, ...]
    corrections: tuple[str, ...]
    attenuation_method: str
    rescale_type: str
    announced_slices: int | None
    damage: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """What tells images apart: the instance's UID and the frame within it."""
        return self.sop_uid, -1 if self.frame is None else self.frame


KEYWORDS = (
    "SOPClassUID",
    "SOPInstanceUID",
    "SeriesInstanceUID",
    "StudyInstanceUID",
    "FrameOfReferenceUID",
    "PatientID",
    "IssuerOfPatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "Modality",
    "ImageType",
    "SeriesDescription",
    "ProtocolName",
    "ConvolutionKernel",
    "StudyDate",
    "SeriesDate",
    "SeriesTime",
    "AcquisitionDate",
    "AcquisitionTime",
    "FrameReferenceTime",
    "SeriesNumber",
    "AcquisitionNumber",
    "InstanceNumber",
    "Rows",
    "Columns",
    "PixelSpacing",
    "SliceThickness",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "Units",
    "SeriesType",
    "CorrectedImage",
    "AttenuationCorrectionMethod",
    "RescaleType",
    "NumberOfSlices",
    "ImagesInAcquisition",
    "NumberOfFrames",
    "BitsAllocated",
    "SamplesPerPixel",
)
"""What `slice_of` reads of a data set, and what decides how it is read."""


def slice_of(dataset: Dataset, source: Source, frame: int | None = None, damage: str = "") -> Slice:
    """Return what the header of one image says; values that cannot be understood are absent."""
    meta = getattr(dataset, "file_meta", None)
    return Slice(
        source=source,
        frame=frame,
        sop_class=_kept(dataset, "SOPClassUID"),
        sop_uid=text(dataset, "SOPInstanceUID"),
        transfer_syntax=_kept(meta, "TransferSyntaxUID") if meta is not None else "",
        series_uid=_kept(dataset, "SeriesInstanceUID"),
        study_uid=_kept(dataset, "StudyInstanceUID"),
        frame_of_reference=_kept(dataset, "FrameOfReferenceUID"),
        patient_id=_kept(dataset, "PatientID"),
        issuer=_kept(dataset, "IssuerOfPatientID"),
        patient_name=_kept(dataset, "PatientName"),
        birth_date=_kept(dataset, "PatientBirthDate"),
        sex=_kept(dataset, "PatientSex"),
        modality=_kept(dataset, "Modality"),
        image_type=tuple(sys.intern(part.upper()) for part in texts(dataset, "ImageType")),
        description=_kept(dataset, "SeriesDescription"),
        protocol=_kept(dataset, "ProtocolName"),
        kernel=_kept(dataset, "ConvolutionKernel"),
        study_date=_kept(dataset, "StudyDate"),
        series_date=_kept(dataset, "SeriesDate"),
        series_time=_kept(dataset, "SeriesTime"),
        acquisition_date=_kept(dataset, "AcquisitionDate"),
        acquisition_time=_kept(dataset, "AcquisitionTime"),
        frame_reference_time=number(dataset, "FrameReferenceTime"),
        series_number=whole(dataset, "SeriesNumber"),
        acquisition_number=whole(dataset, "AcquisitionNumber"),
        instance_number=whole(dataset, "InstanceNumber"),
        rows=whole(dataset, "Rows"),
        columns=whole(dataset, "Columns"),
        spacing=numbers(dataset, "PixelSpacing", 2),
        thickness=number(dataset, "SliceThickness"),
        position=numbers(dataset, "ImagePositionPatient", 3),
        orientation=numbers(dataset, "ImageOrientationPatient", 6),
        units=_kept(dataset, "Units").upper(),
        series_type=tuple(sys.intern(part.upper()) for part in texts(dataset, "SeriesType")),
        corrections=tuple(sys.intern(part.upper()) for part in texts(dataset, "CorrectedImage") if part),
        attenuation_method=_kept(dataset, "AttenuationCorrectionMethod"),
        rescale_type=_kept(dataset, "RescaleType").upper(),
        announced_slices=whole(dataset, "NumberOfSlices") or whole(dataset, "ImagesInAcquisition"),
        damage=damage,
    )


def _kept(dataset: Dataset, keyword: str) -> str:
    """Return a text of which thousands of slices share one copy."""
    return sys.intern(text(dataset, keyword))
