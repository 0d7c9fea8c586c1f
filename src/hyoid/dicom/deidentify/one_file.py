"""One DICOM file, read, de-identified and written under its new name."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.uid import UID

from hyoid.dicom.deidentify.admission import cautions, refusal
from hyoid.dicom.deidentify.cleaner import Cleaner
from hyoid.dicom.deidentify.identifiers import identifiers_of
from hyoid.dicom.deidentify.options import DeidentifyOptions
from hyoid.dicom.deidentify.pixel_bytes import clean_pixels
from hyoid.dicom.deidentify.profile import profile
from hyoid.dicom.deidentify.quiet import quiet
from hyoid.dicom.deidentify.secret import Secret
from hyoid.dicom.source import opened
from hyoid.files import atomic_path
from hyoid.version import __version__

IMPLEMENTATION_UID = UID("2.25.266234982994100898132137130809224026446")
"""Names hyoid as the writer (PS3.10 7.1); derived from a random UUID once, and never of an original."""

UNREADABLE = (
    InvalidDicomError, BytesLengthException, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError,
    NotImplementedError, EOFError, RecursionError, LookupError, struct.error,
)  # fmt: skip
"""What pydicom raises on bytes that are not what they should be."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file; nothing in it is of the original.

    Parameters
    ----------
    status
        `written`, `refused` for a rule's reason, or `unreadable` where the file is damaged.
    reason
        Why it was not written.
    counts, warnings
        Attributes by what was done with them, and events to know.
    """

    status: Literal["written", "refused", "unreadable"]
    reason: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)


def patient_key(dataset: Dataset) -> str:
    """Return what tells patients apart: the PatientID, or where it is empty the study."""
    identifier = str(dataset.get("PatientID") or "").strip()
    return f"id:{identifier}" if identifier else f"study:{str(dataset.get('StudyInstanceUID') or '').strip()}"


def deidentify_file(source: Path, target: Path, secret: Secret, options: DeidentifyOptions) -> Outcome:
    """Read `source`, de-identify it and write it to `target` atomically; or say why not, and write nothing.

    The pixels are copied as they are stored, with their transfer syntax.
    """
    with quiet():
        try:
            with opened(source) as stream:
                dataset = dcmread(stream)
        except (*UNREADABLE, OSError) as error:  # pydicom also raises OSError where a file ends too early
            return Outcome("unreadable", f"damaged ({type(error).__name__})")
        try:
            reason = refusal(dataset)
            if reason:
                return Outcome("refused", reason)
            counts, cautioned = deidentify_dataset(dataset, secret, options)
            with atomic_path(target) as temporary:
                dataset.save_as(temporary, enforce_file_format=True)
        except (*UNREADABLE, OSError) as error:
            if getattr(error, "errno", None) is not None:
                raise  # the disk's, not pydicom's, which parses a sequence when it is first looked at
            return Outcome("unreadable", f"damaged ({type(error).__name__})")
    return Outcome("written", "", counts, cautioned)


def deidentify_dataset(
    dataset: Dataset, secret: Secret, options: DeidentifyOptions
) -> tuple[Counter[str], Counter[str]]:
    """De-identify a whole object with its file meta information, in place.

    Returns
    -------
    Attributes by what was done with them, and warnings with how often they occurred.
    """
    cautioned = Counter(cautions(dataset))
    cleaner = Cleaner(secret, options, patient_key(dataset), identifiers_of(dataset))
    cleaner.clean(dataset)
    cleaner.warnings += clean_pixels(dataset)
    _mark(dataset, cleaner, options)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    meta.ImplementationClassUID = IMPLEMENTATION_UID
    meta.ImplementationVersionName = f"HYOID_{__version__}"[:16]
    dataset.file_meta = meta
    dataset.preamble = b"\0" * 128
    return cleaner.counts, cautioned + cleaner.warnings


def _mark(dataset: Dataset, cleaner: Cleaner, options: DeidentifyOptions) -> None:
    """Write the patient's pseudonym and what was done, as PS3.15 E.1.1 asks."""
    dataset.PatientID = dataset.PatientName = cleaner.pseudonym
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = [
        f"hyoid {__version__}: PS3.15 {profile().edition} Table E.1-1",
        "UIDs, pseudonym and date shift by HMAC-SHA256 under a secret key",
        "Structure names kept by an allow-list; ages over 89 as 090Y",
    ]
    dataset.DeidentificationMethodCodeSequence = [_code(*code) for code in options.method_codes]
    dataset.LongitudinalTemporalInformationModified = "MODIFIED"


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item
