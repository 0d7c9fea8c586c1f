"""A box along the axes of the world: the common language of grids that lie differently."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hyoid.geometry.grid import IDENTITY_DIRECTION, Grid, Triple


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned box in LPS millimetres; `lower` and `upper` are outer edges (x, y, z)."""

    lower: Triple
    upper: Triple

    @classmethod
    def of_grid(cls, grid: Grid) -> Box:
        """Return the smallest box that holds every voxel of the grid, edges included."""
        corners = grid.corners()
        return cls(_triple(corners.min(axis=0)), _triple(corners.max(axis=0)))

    @classmethod
    def around(cls, centre: Triple, size_mm: Triple) -> Box:
        """Return the box of edge lengths `size_mm` around `centre`."""
        half = np.asarray(size_mm) / 2
        return cls(_triple(np.asarray(centre) - half), _triple(np.asarray(centre) + half))

    @property
    def size_mm(self) -> Triple:
        """Edge lengths (x, y, z) in mm; zero where the box is empty along that axis."""
        return _triple(np.maximum(np.asarray(self.upper) - np.asarray(self.lower), 0.0))

    @property
    def volume_mm3(self) -> float:
        """Volume in mm3; 0 for an empty box."""
        return math.prod(self.size_mm)

    @property
    def is_empty(self) -> bool:
        """Whether the box holds no volume."""
        return self.volume_mm3 == 0.0

    def intersection(self, other: Box) -> Box:
        """Return the part that both boxes share; it `is_empty` where they do not meet."""
        return Box(
            _triple(np.maximum(self.lower, other.lower)),
            _triple(np.minimum(self.upper, other.upper)),
        )

    def union(self, other: Box) -> Box:
        """Return the smallest box that holds both."""
        return Box(
            _triple(np.minimum(self.lower, other.lower)),
            _triple(np.maximum(self.upper, other.upper)),
        )

    def grid(self, spacing_mm: Triple) -> Grid:
        """Return an axis-aligned grid of whole voxels, centred on the box and as near to its size as they come."""
        size = np.maximum(1, np.rint(np.asarray(self.size_mm) / spacing_mm)).astype(int)
        middle = (np.asarray(self.lower) + np.asarray(self.upper)) / 2
        origin = middle - (size - 1) / 2 * np.asarray(spacing_mm)
        x, y, z = (int(n) for n in size)
        return Grid((x, y, z), spacing_mm, _triple(origin), IDENTITY_DIRECTION)


def _triple(values: np.ndarray | Triple) -> Triple:
    x, y, z = (float(v) for v in values)
    return x, y, z
