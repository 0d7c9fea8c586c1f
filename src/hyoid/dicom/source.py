"""Where a DICOM object's bytes lie: a file, or a member of a zip archive."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from hyoid.dicom.archive import open_archive, read_member
from hyoid.errors import DicomError

MAX_INFLATED_BYTES = 2**30
"""What one file of the deflated transfer syntax may unpack to: pydicom inflates it as a whole, before any check."""

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_META_BYTES = 2048
_CHUNK_BYTES = 2**20
_FIRST_ELEMENT = 132  # behind preamble and prefix (PS3.10 7.1)
_LONG_FORMS = (b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")
"""VR whose length takes four bytes after two unused ones (PS3.5 7.1.2)."""


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A file at `path`; with `index` the member `member` at that place in the directory of the zip archive `path`."""

    path: Path
    member: str = ""
    index: int = -1

    @property
    def name(self) -> str:
        """File name, or the archive's with the member's."""
        return printable(f"{self.path.name}!{self.member}" if self.index >= 0 else self.path.name)

    def __str__(self) -> str:
        return printable(f"{self.path}!{self.member}" if self.index >= 0 else str(self.path))


def printable(name: str) -> str:
    r"""Return a foreign name fit to be shown: control characters and undecodable bytes become escapes.

    >>> printable("a\nb")
    'a\\nb'
    """
    plain = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in plain)


class Reader:
    """Opens sources, and keeps the archive of the last one open; a context manager.

    Examples
    --------
    >>> with Reader() as reader, reader.open(Source(Path(__file__))) as stream:
    ...     stream.read(3) != b""
    True
    """

    def __init__(self) -> None:
        self._path: Path | None = None
        self._archive: zipfile.ZipFile | None = None
        self._members: list[zipfile.ZipInfo] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the archive that is open."""
        if self._archive is not None:
            self._archive.close()
        self._path, self._archive, self._members = None, None, []

    def archive(self, path: Path) -> zipfile.ZipFile:
        """Return the archive at `path`, open.

        Raises
        ------
        DicomError
            If it is damaged or would cost too much; see `open_archive`.
        """
        if self._archive is None or self._path != path:
            self.close()
            self._archive = open_archive(path)
            self._path, self._members = path, self._archive.infolist()
        return self._archive

    def start(self, source: Source, count: int) -> bytes:
        """Return the first `count` bytes.

        Raises
        ------
        DicomError
            If the source cannot be read.
        """
        if source.index >= 0:
            archive = self.archive(source.path)
            return read_member(archive, self._members[source.index], count)
        try:
            with source.path.open("rb") as stream:
                return stream.read(count)
        except OSError as error:
            raise _unreadable(source, error) from error

    def size(self, source: Source) -> int:
        """Return the number of bytes, unpacked."""
        if source.index >= 0:
            self.archive(source.path)
            return self._members[source.index].file_size
        return source.path.stat().st_size

    @contextmanager
    def open(self, source: Source) -> Iterator[BinaryIO]:
        """Give a stream of the bytes, checked for what it would cost to inflate them.

        Raises
        ------
        DicomError
            If the source cannot be read, or is a deflated file of more than `MAX_INFLATED_BYTES`.
        """
        if source.index >= 0:
            archive = self.archive(source.path)
            stream: BinaryIO = io.BytesIO(read_member(archive, self._members[source.index]))
        else:
            try:
                stream = source.path.open("rb")
            except OSError as error:
                raise _unreadable(source, error) from error
        with stream:
            _check_inflated(stream, source)
            yield stream


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Give a stream of one file, checked like those of a `Reader`; errors as `Reader.open`."""
    with Reader() as reader, reader.open(Source(path)) as stream:
        yield stream


def _check_inflated(stream: BinaryIO, source: Source) -> None:
    """Refuse a file of the deflated transfer syntax (PS3.5 A.5) that grows beyond all measure."""
    start = stream.read(_META_BYTES)
    end = _end_of_meta(start)
    if _DEFLATED in start[:end]:
        total = 0
        stream.seek(end)
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            while chunk := inflater.unconsumed_tail or stream.read(_CHUNK_BYTES):
                total += len(inflater.decompress(chunk, _CHUNK_BYTES))
                if total > MAX_INFLATED_BYTES:
                    raise DicomError.of(
                        f"a deflated file {source.name} that grows beyond {MAX_INFLATED_BYTES >> 20} MiB",
                        "one image",
                        "It is left out; convert it to Explicit VR Little Endian if it is one.",
                    )
        except zlib.error as error:
            raise DicomError.of(
                f"a damaged deflated file {source.name}", "a complete file", "Copy it again."
            ) from error
    stream.seek(0)


def _end_of_meta(start: bytes) -> int:
    """Return where the meta information ends: after the last element of group 2, whatever its length element says."""
    at = _FIRST_ELEMENT
    if start[_FIRST_ELEMENT - 4 : _FIRST_ELEMENT] != b"DICM":
        return 0
    while at + 8 <= len(start) and start[at : at + 2] == b"\x02\x00":
        is_long = start[at + 4 : at + 6] in _LONG_FORMS
        head, width = (8, 4) if is_long else (6, 2)
        at += head + width + int.from_bytes(start[at + head : at + head + width], "little")
    return at


def _unreadable(source: Source, error: OSError) -> DicomError:
    reason = error.strerror or str(error)
    return DicomError.of(f"{source.name}, which cannot be read ({reason})", "a readable file", "Check its permissions.")
