"""The phantom: a synthetic PET/CT cohort with known truth, in the challenge's layout."""

from hyoid.phantom.centers import Center, centers_of
from hyoid.phantom.cohort import LESIONS_FILE, SETTINGS_FILE, TRUTH_FILE, write_cohort
from hyoid.phantom.faults import FAULTS
from hyoid.phantom.patient import PhantomPatient, PhantomTruth, make_patient
from hyoid.phantom.record import Patient, draw_patient, draw_patients
from hyoid.phantom.records import write_records
from hyoid.phantom.tissue import Tissue

__all__ = [
    "FAULTS",
    "LESIONS_FILE",
    "SETTINGS_FILE",
    "TRUTH_FILE",
    "Center",
    "Patient",
    "PhantomPatient",
    "PhantomTruth",
    "Tissue",
    "centers_of",
    "draw_patient",
    "draw_patients",
    "make_patient",
    "write_cohort",
    "write_records",
]
