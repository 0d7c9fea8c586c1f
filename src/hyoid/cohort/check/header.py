"""The two directions that a NIfTI header keeps, read from its bytes.

A reader sees only one of them: ITK takes the sform or, where it does not like it, quietly the qform; others choose
otherwise. A sheared sform beside a harmless qform is therefore seen here or nowhere (NIfTI-1.1, `nifti1.h`).
"""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_HEADER_BYTES = 348


@dataclass(frozen=True, slots=True)
class Orientation:
    """Affines (4x4, index to RAS mm) of a NIfTI header; None where the header declares none."""

    sform: NDArray[np.float64] | None
    qform: NDArray[np.float64] | None
    size: tuple[int, int, int]

    def disagreement_mm(self) -> float:
        """Largest distance between the corner voxels by the one and by the other; 0 where one is missing."""
        if self.sform is None or self.qform is None:
            return 0.0
        corners = np.array(np.meshgrid(*[(0, n - 1) for n in self.size])).reshape(3, 8)
        corners = np.vstack([corners, np.ones(8)])
        return float(np.linalg.norm(((self.sform - self.qform) @ corners)[:3], axis=0).max())


def read_orientation(path: Path) -> Orientation | None:
    """Read the orientation of a NIfTI-1 file; None for other formats and headers that cannot be read."""
    name = path.name.lower()
    if not name.endswith((".nii", ".nii.gz")):
        return None
    try:
        with gzip.open(path) if name.endswith(".gz") else path.open("rb") as stream:
            header = stream.read(_HEADER_BYTES)
    except (OSError, EOFError, zlib.error):
        return None
    for order in "<>":
        if len(header) == _HEADER_BYTES and struct.unpack_from(f"{order}i", header)[0] == _HEADER_BYTES:
            return _parse(header, order)
    return None


def orthonormal_error(affine: NDArray[np.float64]) -> float:
    """How far the unit axes of an affine are from orthonormal: largest element of |R R^T - 1|, infinite if singular."""
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    if not (np.isfinite(affine).all() and (lengths > 0).all()):
        return float("inf")
    axes = affine[:3, :3] / lengths
    return float(np.abs(axes @ axes.T - np.eye(3)).max())


def _parse(header: bytes, order: str) -> Orientation:
    dims = struct.unpack_from(f"{order}8h", header, 40)
    pixdim = struct.unpack_from(f"{order}8f", header, 76)
    qform_code, sform_code = struct.unpack_from(f"{order}2h", header, 252)
    quaternion = struct.unpack_from(f"{order}6f", header, 256)
    rows = np.array(struct.unpack_from(f"{order}12f", header, 280), dtype=np.float64).reshape(3, 4)
    sform = np.vstack([rows, [0.0, 0.0, 0.0, 1.0]]) if sform_code > 0 else None
    qform = _qform(pixdim, quaternion) if qform_code > 0 else None
    return Orientation(sform, qform, (max(1, dims[1]), max(1, dims[2]), max(1, dims[3])))


def _qform(pixdim: tuple[float, ...], numbers: tuple[float, ...]) -> NDArray[np.float64]:
    b, c, d, *offset = numbers
    a = np.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
        ]
    )
    handed = -1.0 if pixdim[0] < 0 else 1.0  # the sign of the third axis: "qfac"
    affine = np.eye(4)
    affine[:3, :3] = rotation * [pixdim[1], pixdim[2], pixdim[3] * handed]
    affine[:3, 3] = offset
    return affine
