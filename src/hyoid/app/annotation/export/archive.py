"""A folder as a zip archive that is made while it is sent."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

_CHUNK_BYTES = 2**20
_STORED = (".gz", ".dcm")
"""Endings of files that are sent as they are: compressed already, or large and hardly smaller."""


class _Sink:
    """A file that cannot be read or wound back: what was written since it was last emptied."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        return

    def taken(self) -> bytes:
        content = b"".join(self._pieces)
        self._pieces.clear()
        return content


def zip_chunks(folder: Path) -> Iterator[bytes]:
    """Give the archive of a folder piece by piece; links are left out, for they lead out of the folder."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:  # type: ignore[call-overload]
        for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
            entry = zipfile.ZipInfo.from_file(path, path.relative_to(folder).as_posix())
            entry.compress_type = zipfile.ZIP_STORED if path.name.endswith(_STORED) else zipfile.ZIP_DEFLATED
            with path.open("rb") as source, archive.open(entry, "w") as target:
                while piece := source.read(_CHUNK_BYTES):
                    target.write(piece)
                    yield sink.taken()
    yield sink.taken()
