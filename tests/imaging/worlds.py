"""Random grids and lesions for the imaging tests, with the voxel sizes of the challenge's scanners."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from hyoid.geometry import Grid

CT_IN_PLANE_MM = (0.49, 0.68, 0.95, 0.9765625, 1.17, 1.37, 1.9, 2.73)
CT_SLICE_MM = (1.5, 2.0, 2.5, 3.0, 3.27, 3.75, 5.0)
PET_MM = ((0.98, 2.5), (2.73, 3.27), (3.52, 3.27), (4.0, 4.0), (4.0, 2.0), (4.07, 5.0), (5.47, 3.27))
"""In-plane voxel size and slice distance: dataset paper, Table 2, and the extremes that SIMS-LIFE report."""


def direction(rng: np.random.Generator, kind: str) -> tuple[float, ...]:
    """Return direction cosines: axial, reversed axes (half of them left-handed), exchanged axes, tilted, or any."""
    if kind == "axial":
        matrix = np.eye(3)
    elif kind == "reversed":
        matrix = np.diag(rng.choice([-1.0, 1.0], 3))
    elif kind == "exchanged":
        matrix = np.eye(3)[rng.permutation(3)] * rng.choice([-1.0, 1.0], 3)
    elif kind == "tilted":
        angle = np.deg2rad(rng.uniform(-20, 20))
        c, s = np.cos(angle), np.sin(angle)
        matrix = np.array([[1, 0, 0], [0, c, -s], [0, s, c]]) * rng.choice([-1.0, 1.0], 3)
    else:
        matrix, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    return tuple(float(v) for v in matrix.ravel())


DIRECTIONS = st.sampled_from(["axial", "reversed", "exchanged", "tilted", "any"])
SEEDS = st.integers(0, 2**32 - 1)


def grid_around(
    rng: np.random.Generator, centre: np.ndarray, extent_mm: np.ndarray, spacing: tuple[float, float, float], kind: str
) -> Grid:
    """Return a grid of about `extent_mm` along its own axes, whose middle lies within half a voxel of `centre`."""
    size = np.maximum(2, np.rint(np.asarray(extent_mm) / spacing)).astype(int)
    cosines = direction(rng, kind)
    middle = np.asarray(cosines).reshape(3, 3) @ ((size - 1) / 2 * spacing)
    origin = np.asarray(centre) + rng.uniform(-0.5, 0.5, 3) * min(spacing) - middle
    return Grid(tuple(size), spacing, tuple(origin), cosines)  # type: ignore[arg-type]


def voxel_centres(grid: Grid) -> np.ndarray:
    """World positions (z, y, x, 3) of all voxels."""
    z, y, x = np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij")
    return grid.to_world(np.stack([x, y, z], axis=-1))


def lesion(rng: np.random.Generator, grid: Grid, centre: np.ndarray, volume_ml: float) -> np.ndarray:
    """Return an irregular smooth blob of at least 1 mL on `grid`: a sphere whose radius waves over the directions."""
    offset = voxel_centres(grid) - centre
    distance = np.linalg.norm(offset, axis=-1)
    unit = offset / np.maximum(distance, 1e-9)[..., None]
    shape = np.ones(grid.shape)
    for _ in range(3):
        axis = rng.normal(size=3)
        wave = np.sin(rng.uniform(1, 3) * (unit @ (axis / np.linalg.norm(axis))) + rng.uniform(0, 2 * np.pi))
        shape *= 1 + rng.uniform(0, 0.15) * wave
    radius = (volume_ml * 1000 * 3 / 4 / np.pi) ** (1 / 3)
    mask = distance < radius * shape
    for _ in range(20):
        if np.count_nonzero(mask) * grid.voxel_volume_mm3 >= 1000:
            break
        radius *= 1.05
        mask = distance < radius * shape
    return mask.astype(np.uint8)
