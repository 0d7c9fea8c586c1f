"""De-identification by the confidentiality profile of DICOM PS3.15, in a way that keeps SUV, contours and dose true."""

from hyoid.dicom.deidentify.admission import refusal
from hyoid.dicom.deidentify.one_file import deidentify_dataset, deidentify_file
from hyoid.dicom.deidentify.options import DeidentifyOptions
from hyoid.dicom.deidentify.run import deidentify
from hyoid.dicom.deidentify.secret import Secret, new_secret, read_secret, write_secret
from hyoid.dicom.deidentify.summary import Deidentified

__all__ = [
    "Deidentified",
    "DeidentifyOptions",
    "Secret",
    "deidentify",
    "deidentify_dataset",
    "deidentify_file",
    "new_secret",
    "read_secret",
    "refusal",
    "write_secret",
]
