"""Two CTs of a patient in one another's coordinates: registration objects, registration, dose and contours carried."""

from hyoid.dicom.registration.carry import CarriedDose, CarriedLabels, carry_dose, carry_labels
from hyoid.dicom.registration.spatial import read_registration, registration_frames

__all__ = [
    "CarriedDose",
    "CarriedLabels",
    "carry_dose",
    "carry_labels",
    "read_registration",
    "registration_frames",
]
