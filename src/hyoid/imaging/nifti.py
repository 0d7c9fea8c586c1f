"""Faults of NIfTI files that ITK's reader passes over in silence.

ITK reads a truncated `.nii.gz` without complaint (the missing voxels are zero) and turns NaN into 0, which in a CT
is water. Both are plausible wrong numbers, so they are looked for here in the bytes themselves (NIfTI-1.1 header).
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hyoid.errors import ImageError

_HEADER_BYTES = 348
_FLOAT_TYPES = {16: "f4", 64: "f8"}  # NIfTI datatype codes


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the header says about the bytes that follow it."""

    order: str  # "<" or ">"
    datatype: int
    offset: int
    voxels: int
    bytes_per_voxel: int

    @property
    def total_bytes(self) -> int:
        return self.offset + self.voxels * self.bytes_per_voxel


def check_complete(path: Path) -> None:
    """Refuse a NIfTI file that holds fewer bytes than its header promises.

    The length that gzip keeps in its last four bytes decides; only where it disagrees (a truncated file, or one of
    several gzip members) is the whole file unpacked.

    Raises
    ------
    ImageError
        If the header is no NIfTI-1 header or the file is truncated or corrupt.
    """
    layout = _layout(path)
    if not _is_gzip(path):
        found = path.stat().st_size
    else:
        with path.open("rb") as stream:
            stream.seek(-4, 2)
            (found,) = struct.unpack("<I", stream.read(4))
        agrees = found == layout.total_bytes % 2**32
        found = layout.total_bytes if agrees else len(_unpacked(path))
    if found < layout.total_bytes:
        raise _damaged(path, f"{found} of {layout.total_bytes} bytes")


def count_not_finite(path: Path) -> int:
    """Count NaN and infinite voxels in a NIfTI file; the whole file is unpacked and its checksum verified.

    Raises
    ------
    ImageError
        If the file is truncated or its checksum wrong.
    """
    layout = _layout(path)
    content = _unpacked(path) if _is_gzip(path) else path.read_bytes()
    if len(content) < layout.total_bytes:
        raise _damaged(path, f"{len(content)} of {layout.total_bytes} bytes")
    if layout.datatype not in _FLOAT_TYPES:
        return 0
    kind = np.dtype(layout.order + _FLOAT_TYPES[layout.datatype])
    values = np.frombuffer(content, kind, layout.voxels, layout.offset)
    return int(np.count_nonzero(~np.isfinite(values)))


def _is_gzip(path: Path) -> bool:
    return path.name.lower().endswith(".gz")


def _layout(path: Path) -> _Layout:
    try:
        with gzip.open(path) if _is_gzip(path) else path.open("rb") as stream:
            header = stream.read(_HEADER_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, f"an unreadable start ({error})") from error
    for order in "<>":
        if len(header) == _HEADER_BYTES and struct.unpack_from(f"{order}i", header)[0] == _HEADER_BYTES:
            dims = struct.unpack_from(f"{order}8h", header, 40)
            datatype, bits = struct.unpack_from(f"{order}2h", header, 70)
            (offset,) = struct.unpack_from(f"{order}f", header, 108)
            voxels = math.prod(max(1, n) for n in dims[1 : 1 + dims[0]])
            return _Layout(order, datatype, int(offset), voxels, bits // 8)
    raise _damaged(path, "no NIfTI-1 header")


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(path) as stream:
            return stream.read()
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, f"a broken gzip stream ({error})") from error


def _damaged(path: Path, found: str) -> ImageError:
    return ImageError.of(f"{found} in {path}", "a complete NIfTI file", "Copy or convert it again.")
