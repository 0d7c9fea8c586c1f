"""Radiotherapy dose: RTDOSE objects in Gy on their own grids, and the total of a treatment."""

from hyoid.dicom.dose.header import DoseHeader, DosePart, DoseType, dose_header
from hyoid.dicom.dose.read import Dose, read_dose
from hyoid.dicom.dose.total import MOST_DOSE_GY, LeftOut, TotalDose, total_dose

__all__ = [
    "MOST_DOSE_GY",
    "Dose",
    "DoseHeader",
    "DosePart",
    "DoseType",
    "LeftOut",
    "TotalDose",
    "dose_header",
    "read_dose",
    "total_dose",
]
