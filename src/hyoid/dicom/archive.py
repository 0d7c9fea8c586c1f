"""Zip archives of DICOM files, read where they lie and never unpacked onto the disk.

A member's name is only ever shown to a person: no file is made of it, so that a name such as `../../etc/passwd` can
do nothing. What an archive may cost is bounded before its first member is read.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from pathlib import Path

from hyoid.errors import DicomError

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
"""First bytes of a zip archive: a member, or the end of an empty one (APPNOTE 4.3)."""

MAX_MEMBERS = 500_000
"""Members of one archive. The largest public series of PET/CT studies hold some thousand files a patient."""

MAX_DIRECTORY_BYTES = 2**28
"""Size of an archive's directory, which is held in memory as a whole."""

MAX_RATIO = 200
"""How many times an archive may grow. CT and PET grow 2 to 10 times, empty PET 50 times, a bomb 1000."""

FREE_BYTES = 2**28
"""Below this unpacked size no ratio is asked for: an archive of empty slices is small however well it packs."""

MAX_MEMBER_BYTES = 2**31
"""Unpacked size of one member, which is held in memory as a whole."""

READ_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What reading a damaged, encrypted or exotic archive raises (RuntimeError: a password is needed)."""

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LONGEST_TAIL = _END.size + 2**16 + _END64.size + 20


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open an archive whose cost is within the bounds of this module.

    Raises
    ------
    DicomError
        If it is damaged, has too many members, or would grow too much.
    """
    if _directory_bytes(path) > MAX_DIRECTORY_BYTES:
        raise DicomError.of(
            f"a directory of more than {MAX_DIRECTORY_BYTES >> 20} MiB in the archive {path.name}",
            "an archive of DICOM files",
            "Unpack it with care and give the folder.",
        )
    try:
        archive = zipfile.ZipFile(path)
    except READ_ERRORS as error:
        raise DicomError.of(
            f"a damaged archive {path.name} ({error})", "a complete zip archive", "Copy it again."
        ) from error
    try:
        _check_growth(path, archive)
    except DicomError:
        archive.close()
        raise
    return archive


def files_in(archive: zipfile.ZipFile) -> list[tuple[int, zipfile.ZipInfo]]:
    """Return the members that are files, with their places in the directory, by name.

    Links and folders are left out. Two members of one name are two files: places tell them apart.
    """
    return sorted(
        ((index, info) for index, info in enumerate(archive.infolist()) if not info.is_dir() and not _is_link(info)),
        key=lambda entry: (entry[1].filename, entry[0]),
    )


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, count: int | None = None) -> bytes:
    """Return the first `count` bytes of a member, or all of them.

    Raises
    ------
    DicomError
        If the member is damaged, encrypted, packed by an unknown method, or larger than `MAX_MEMBER_BYTES`.
    """
    if info.file_size > MAX_MEMBER_BYTES and count is None:
        raise DicomError.of(
            f"a member of {info.file_size >> 20} MiB in the archive",
            f"at most {MAX_MEMBER_BYTES >> 20} MiB",
            "Unpack the archive with care and give the folder.",
        )
    try:
        with archive.open(info) as stream:  # never yields more than the size that the directory gives
            return stream.read() if count is None else stream.read(count)
    except READ_ERRORS as error:
        raise DicomError.of(
            f"a member that cannot be read ({error})",
            "complete members without a password, stored or deflated",
            "Unpack the archive with the tool that made it and give the folder.",
        ) from error


def _check_growth(path: Path, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    unpacked = sum(info.file_size for info in members)
    packed = max(1, path.stat().st_size)
    if len(members) > MAX_MEMBERS:
        raise DicomError.of(
            f"{len(members)} members in the archive {path.name}", f"at most {MAX_MEMBERS}", "Split the archive."
        )
    if unpacked > FREE_BYTES and unpacked > MAX_RATIO * packed:
        raise DicomError.of(
            f"an archive {path.name} of {packed} bytes that unpacks to {unpacked}",
            f"images, which grow at most {MAX_RATIO} times",
            "It is left out as a zip bomb; if it is none, unpack it and give the folder.",
        )


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _directory_bytes(path: Path) -> int:
    """Return the size that the archive's end gives its directory: `zipfile` reads as much at once."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _LONGEST_TAIL))
        tail = stream.read()
    sizes = [0]
    end, end64 = tail.rfind(b"PK\x05\x06"), tail.rfind(b"PK\x06\x06")
    if end >= 0 and len(tail) - end >= _END.size:
        sizes.append(min(_END.unpack_from(tail, end)[5], path.stat().st_size))
    if end64 >= 0 and len(tail) - end64 >= _END64.size:
        sizes.append(_END64.unpack_from(tail, end64)[8])
    return max(sizes)
