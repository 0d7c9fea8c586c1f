"""A first look over a folder: which files are DICOM, whose they are, and which say the same twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pydicom import dcmread
from pydicom.uid import MediaStorageDirectoryStorage

from hyoid.dicom.deidentify.one_file import UNREADABLE, patient_key
from hyoid.dicom.deidentify.quiet import quiet
from hyoid.dicom.source import opened
from hyoid.files import sha256_of_file

NOT_DICOM, DIRECTORY, DAMAGED = "not DICOM", "DICOMDIR, whose records name the old files", "damaged header"
SAME_FILE, SAME_UID = "identical copy of another file", "same SOP Instance UID as another file, but other content"

_PREFIX_BYTES = 128
_READ = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "PatientID")


@dataclass(frozen=True, slots=True)
class Source:
    """A DICOM file, and what places it: its own UIDs, and what tells its patient apart."""

    path: Path
    patient: str
    study: str
    series: str
    instance: str


@dataclass(slots=True)
class Survey:
    """What lies in a folder.

    Parameters
    ----------
    sources
        One file for each SOP Instance UID, in the order of their paths.
    left_out
        Files that are not taken by what was found of them (see the constants of this module).
    """

    sources: list[Source] = field(default_factory=list)
    left_out: dict[Path, str] = field(default_factory=dict)

    def counts(self) -> Counter[str]:
        """Return how many files were left out, by reason."""
        return Counter(self.left_out.values())


def survey(paths: Iterable[Path]) -> Survey:
    """Look at the headers of files, in the order given. Of two files with one SOP Instance UID the first is taken."""
    found, first = Survey(), dict[str, Path]()
    for path in paths:
        source = _look(path)
        if isinstance(source, str):
            found.left_out[path] = source
        elif source.instance and source.instance in first:
            same = sha256_of_file(path) == sha256_of_file(first[source.instance])
            found.left_out[path] = SAME_FILE if same else SAME_UID
        else:
            first[source.instance] = path
            found.sources.append(source)
    return found


def files_under(folder: Path) -> list[Path]:
    """Return all regular files below a folder, sorted; links to folders are not followed."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _look(path: Path) -> Source | str:
    """Return what a file is, or why it is left out."""
    try:
        with path.open("rb") as stream:
            if stream.read(_PREFIX_BYTES + 4)[_PREFIX_BYTES:] != b"DICM":
                return NOT_DICOM
        with quiet(), opened(path) as whole:
            header = dcmread(whole, stop_before_pixels=True, specific_tags=list(_READ))
            if header.file_meta.get("MediaStorageSOPClassUID") == MediaStorageDirectoryStorage:
                return DIRECTORY
            study, series, instance = (
                str(header.get(keyword) or "").strip()
                for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
            )
            return Source(path, patient_key(header), study, series, instance)
    except (*UNREADABLE, OSError):
        return DAMAGED
