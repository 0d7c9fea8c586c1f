"""An array together with the grid that it lies on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import GeometryError
from hyoid.geometry.grid import Grid


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """A three-dimensional image: `array` of shape (z, y, x) on `grid`.

    Raises
    ------
    GeometryError
        If the array's shape is not the grid's.
    """

    array: NDArray[Any]
    grid: Grid

    def __post_init__(self) -> None:
        if self.array.shape != self.grid.shape:
            raise GeometryError.of(
                f"an array of shape {self.array.shape} (z, y, x)",
                f"{self.grid.shape}, the shape of its grid ({self.grid})",
                "Axes may be swapped: arrays are (z, y, x), grid sizes (x, y, z).",
            )

    def with_array(self, array: NDArray[Any]) -> Volume:
        """Return another array on the same grid."""
        return Volume(array, self.grid)

    def volume_ml(self, label: int | None = None) -> float:
        """Volume in mL of the voxels equal to `label`, or of all non-zero voxels."""
        chosen = self.array == label if label is not None else self.array != 0
        return float(np.count_nonzero(chosen)) * self.grid.voxel_volume_mm3 / 1000.0

    def voxel_hash(self) -> str:
        """Return the SHA-256 of shape, type and voxels: equal for the same image however compressed or placed."""
        array = np.ascontiguousarray(self.array)
        digest = hashlib.sha256(f"{array.shape}{array.dtype}".encode())
        digest.update(array.data)
        return digest.hexdigest()
