"""Every file of a pile, in folders and in zip archives: which may be DICOM, and which certainly are not."""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hyoid.dicom.archive import ZIP_STARTS, files_in
from hyoid.dicom.source import Reader, Source
from hyoid.errors import DicomError

PREAMBLE_BYTES = 128
_START_BYTES = PREAMBLE_BYTES + 4

_FIRST_GROUPS = (2, 4, 8)
"""Groups that a data set without preamble begins with: meta information, a medium's directory, identification."""

_LAST_FIRST_ELEMENT = 0x0070

NO_DICOM = "no DICOM"
"""Reason why most strangers are left out."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A file that is left out, and why; `damaged` where it may have been an image of a patient."""

    source: Source
    reason: str
    damaged: bool = False


def find_candidates(root: Path, reader: Reader, skip: Path | None = None) -> Iterator[Source | Stranger]:
    """Yield every file under `root` (or `root` itself), by name: a candidate's source, or a stranger.

    A candidate begins as a DICOM file does, with or without the preamble of PS3.10 7.1. Members of a zip archive are
    yielded in its place. Links to folders are followed, each folder once; nothing under `skip` is looked at.

    Raises
    ------
    DicomError
        If there is nothing at `root`.
    """
    if root.is_file():
        yield from _of_file(root, reader)
    elif root.is_dir():
        for path in _walk(root, skip):
            if isinstance(path, Stranger):
                yield path
            else:
                yield from _of_file(path, reader)
    else:
        raise DicomError.of(f"nothing at {root}", "a folder, a zip archive or a DICOM file", "Check the path.")


def begins_as_dicom(start: bytes) -> bool:
    """Whether a file's first bytes are those of a DICOM file, or of a data set without preamble.

    Without preamble a file begins with the tag of its first element: group 0002, 0004 or 0008 and a plausible
    element number, in either byte order.
    """
    if start[PREAMBLE_BYTES:_START_BYTES] == b"DICM":
        return True
    if len(start) < _START_BYTES:
        return False
    return any(
        group in _FIRST_GROUPS and element <= _LAST_FIRST_ELEMENT
        for group, element in (struct.unpack_from("<2H", start), struct.unpack_from(">2H", start))
    )


def _walk(root: Path, skip: Path | None) -> Iterator[Path | Stranger]:
    """Yield the files under a folder, in order of their names; a folder that two links lead to is walked once."""
    kept_out = _identity(skip) if skip is not None and skip.exists() else None
    seen = {kept_out}
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            identity = _identity(folder)
            if identity in seen:
                continue
            seen.add(identity)
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            yield Stranger(Source(folder), f"a folder that cannot be read ({error.strerror})", damaged=True)
            continue
        folders = []
        for entry in entries:
            if _is_folder(entry):
                folders.append(Path(entry.path))
            else:
                yield Path(entry.path)
        waiting += reversed(folders)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _of_file(path: Path, reader: Reader) -> Iterator[Source | Stranger]:
    source = Source(path)
    try:
        is_regular = stat.S_ISREG(path.stat().st_mode)  # opening a pipe would wait for ever
    except OSError as error:
        yield Stranger(source, f"a file that cannot be read ({error.strerror})", damaged=True)
        return
    if not is_regular:
        yield Stranger(source, "no regular file")
        return
    try:
        start = reader.start(source, _START_BYTES)
        if start.startswith(ZIP_STARTS):
            yield from _of_archive(path, reader)
        else:
            yield source if begins_as_dicom(start) else Stranger(source, NO_DICOM if start else "an empty file")
    except DicomError as error:
        yield Stranger(source, str(error), damaged=True)


def _of_archive(path: Path, reader: Reader) -> Iterator[Source | Stranger]:
    for index, info in files_in(reader.archive(path)):
        source = Source(path, info.filename, index)
        try:
            start = reader.start(source, _START_BYTES)
        except DicomError as error:
            yield Stranger(source, str(error), damaged=True)
            continue
        if start.startswith(ZIP_STARTS):
            yield Stranger(source, "an archive within an archive; unpack the outer one first", damaged=True)
        else:
            yield source if begins_as_dicom(start) else Stranger(source, NO_DICOM if start else "an empty file")
