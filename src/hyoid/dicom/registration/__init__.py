"""Two CTs of a patient in one another's coordinates: registration objects, registration, dose and contours carried."""

from hyoid.dicom.registration.carry import CarriedDose, CarriedLabels, carry_dose, carry_labels
from hyoid.dicom.registration.figures import Figures
from hyoid.dicom.registration.folding import Jacobian
from hyoid.dicom.registration.register import (
    RegisteredCt,
    RegistrationSettings,
    assess_registration,
    register_ct,
)
from hyoid.dicom.registration.spatial import read_registration, registration_frames
from hyoid.dicom.registration.verdict import (
    LEAST_BONE_DICE,
    LEAST_JACOBIAN,
    LEAST_NCC,
    MOST_BONE_DISTANCE_MM,
    MOST_JACOBIAN,
    Verdict,
)

__all__ = [
    "LEAST_BONE_DICE",
    "LEAST_JACOBIAN",
    "LEAST_NCC",
    "MOST_BONE_DISTANCE_MM",
    "MOST_JACOBIAN",
    "CarriedDose",
    "CarriedLabels",
    "Figures",
    "Jacobian",
    "RegisteredCt",
    "RegistrationSettings",
    "Verdict",
    "assess_registration",
    "carry_dose",
    "carry_labels",
    "read_registration",
    "register_ct",
    "registration_frames",
]
