"""Surface of a mask as small elements with a place and an area.

Each corner shared by 2x2x2 voxels, some inside and some outside, holds one surface element. Its area is that of the
marching-cubes triangles (Lorensen and Cline 1987) through that cube, for the given voxel spacing, as in the surface
Dice of Nikolov et al. (2018, arXiv 1809.04430). Their table of 256 cases is here the 13 that differ: turning,
mirroring or exchanging inside and outside permutes the components of the area vectors or changes their signs, and an
area on a rectangular grid depends on their magnitudes alone.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hyoid.geometry import Triple
from hyoid.metrics.labels import Mask

_Corner = tuple[int, int, int]

_CLASSES: tuple[tuple[str, tuple[_Corner, ...]], ...] = (
    # corners inside, written zyx; area vectors of the triangles in eighths of a unit voxel face, magnitudes (z, y, x)
    ("111", ((1, 1, 1),)),
    ("111 110", ((2, 2, 0), (2, 2, 0))),
    ("111 100", ((1, 1, 1), (1, 1, 1))),
    ("100 011", ((1, 1, 1), (1, 1, 1))),
    ("111 110 101", ((1, 1, 1), (2, 2, 2), (4, 0, 0))),
    ("111 100 010", ((1, 1, 1), (1, 1, 1), (1, 1, 1))),
    ("111 100 011", ((0, 2, 2), (0, 2, 2), (1, 1, 1))),
    ("111 110 101 100", ((4, 0, 0), (4, 0, 0))),
    ("111 110 101 011", ((1, 1, 1), (1, 1, 1), (2, 2, 2), (2, 2, 2))),
    ("111 110 100 011", ((0, 2, 2), (1, 1, 1), (2, 0, 2), (3, 3, 3))),
    ("110 101 100 011", ((1, 1, 1), (1, 1, 1), (2, 2, 2), (4, 0, 0))),
    ("101 100 011 010", ((2, 2, 0), (2, 2, 0), (2, 2, 0), (2, 2, 0))),
    ("111 100 010 001", ((1, 1, 1), (1, 1, 1), (1, 1, 1), (1, 1, 1))),
)


@lru_cache(maxsize=1)
def _area_vectors() -> NDArray[np.float64]:
    """Magnitudes of the area vectors (256, 4, 3) in unit voxel faces, by the code of which corners are inside."""
    table = np.zeros((256, 4, 3))
    for written, eighths in _CLASSES:
        corners = np.array([[int(digit) for digit in corner] for corner in written.split()])
        vectors = np.array(eighths) / 8
        for axes in itertools.permutations(range(3)):
            for mirrored in itertools.product((0, 1), repeat=3):
                code = int(sum(1 << (4 * z + 2 * y + x) for z, y, x in corners[:, axes] ^ np.array(mirrored)))
                for equivalent in (code, 255 - code):
                    table[equivalent, : len(vectors)] = vectors[:, axes]
    return table


def surfel_areas_mm2(spacing_mm: Triple) -> NDArray[np.float64]:
    """Area in mm2 of the surface element of each of the 256 codes, for a voxel spacing (x, y, z) in mm."""
    x, y, z = spacing_mm
    areas: NDArray[np.float64] = np.linalg.norm(_area_vectors() * (x * y, x * z, y * z), axis=2).sum(axis=1)
    return areas


def surfels(mask: Mask, spacing_mm: Triple) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the surface elements of a mask: positions and areas.

    Parameters
    ----------
    mask
        Mask (z, y, x); the world beyond the array counts as outside.
    spacing_mm
        Voxel spacing (x, y, z) in mm, as in `Grid.spacing`.

    Returns
    -------
    positions
        (n, 3), (z, y, x) in mm from the outer corner of voxel (0, 0, 0).
    areas
        (n,), mm2.
    """
    z, y, x = mask.shape
    padded = np.pad(mask.astype(np.uint8), 1)
    code = np.zeros((z + 1, y + 1, x + 1), np.uint8)
    for dz, dy, dx in itertools.product((0, 1), repeat=3):
        code |= padded[dz : dz + z + 1, dy : dy + y + 1, dx : dx + x + 1] << (4 * dz + 2 * dy + dx)
    where = np.nonzero((code != 0) & (code != 255))
    positions = np.column_stack(where) * np.asarray(spacing_mm[::-1])
    return positions, surfel_areas_mm2(spacing_mm)[code[where]]
