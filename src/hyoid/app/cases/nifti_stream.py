"""An uncompressed NIfTI-1 file made on the way to the browser, a few slices at a time."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume

OFFSET = 352
"""Bytes before the voxels: the header of 348, and four that say that no extension follows."""

CHUNK_BYTES = 4 * 2**20
"""How much is copied at once: of a whole-body CT one slice is half a megabyte."""

LARGEST_AXIS = 32767
"""NIfTI-1 keeps the size of an axis in 16 bits."""

_CODES = {np.dtype(np.uint8): 2, np.dtype(np.int16): 4, np.dtype(np.float32): 16}
_MILLIMETRES = 2
_SCANNER = 1


def length_of(volume: Volume) -> int:
    """Return the length of the file in bytes."""
    return OFFSET + int(volume.array.nbytes)


def nifti_chunks(volume: Volume) -> Iterator[bytes]:
    """Return the bytes of a single-file NIfTI-1 image (`.nii`), little-endian; the array may be any view.

    Raises
    ------
    ImageError
        If the voxels are not uint8, int16 or float32, or an axis is too long for the format.
    """
    header = nifti_header(volume.grid, volume.array.dtype)
    return _chunks(header, volume)


def _chunks(header: bytes, volume: Volume) -> Iterator[bytes]:
    yield header
    array = volume.array
    little = array.dtype.newbyteorder("<")
    slices = max(1, CHUNK_BYTES // max(1, array[0].nbytes))
    for start in range(0, len(array), slices):
        yield np.ascontiguousarray(array[start : start + slices], dtype=little).tobytes()


def nifti_header(grid: Grid, dtype: np.dtype) -> bytes:
    """Return the 352 bytes before the voxels; the sform says the grid, in the format's RAS world.

    There is no qform: near half a turn its single precision is off by more than a thousandth.

    Source: the NIfTI-1.1 header, nifti1.h of the NIfTI Data Format Working Group.

    Raises
    ------
    ImageError
        If the type or the size does not fit the format.
    """
    if dtype not in _CODES or max(grid.size) > LARGEST_AXIS:
        raise ImageError.of(
            f"{dtype} voxels on {grid}",
            f"uint8, int16 or float32 and at most {LARGEST_AXIS} voxels an axis",
            "Convert the image.",
        )
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ grid.affine
    header = bytearray(OFFSET)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *grid.size, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, _CODES[dtype], dtype.itemsize * 8)
    struct.pack_into("<8f", header, 76, 1, *grid.spacing, 0, 0, 0, 0)
    struct.pack_into("<3f", header, 108, OFFSET, 1.0, 0.0)
    struct.pack_into("<B", header, 123, _MILLIMETRES)
    struct.pack_into("<2h", header, 252, 0, _SCANNER)
    struct.pack_into("<12f", header, 280, *affine[:3].ravel())
    struct.pack_into("<4s", header, 344, b"n+1\0")
    return bytes(header)
