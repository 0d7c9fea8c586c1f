"""The sphere of SUVpeak on a grid's voxels."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hyoid.geometry import Grid

PEAK_VOLUME_ML = 1.0
"""Volume of the sphere of SUVpeak (PERCIST; IBSI's intensity peak)."""


def peak_sphere(grid: Grid) -> NDArray[np.float64]:
    """Return the sphere of SUVpeak on a grid's voxels (z, y, x): 1 where a centre lies within it, else 0."""
    radius_mm = peak_radius_mm()
    reach = [int(radius_mm / spacing) for spacing in reversed(grid.spacing)]
    offsets = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    squared = sum((offset * s) ** 2 for offset, s in zip(offsets, reversed(grid.spacing), strict=True))
    sphere: NDArray[np.float64] = (np.asarray(squared) <= radius_mm**2).astype(np.float64)
    return sphere


def peak_radius_mm() -> float:
    """Return the radius of the sphere of SUVpeak: 6.2 mm."""
    return float((3000.0 * PEAK_VOLUME_ML / (4 * math.pi)) ** (1 / 3))
