"""Blocks of a grid: which voxels of one grid another grid can touch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyoid.geometry import Grid


@dataclass(frozen=True, slots=True)
class Block:
    """A run of voxels along each index axis: first index and count, both as (x, y, z)."""

    start: tuple[int, int, int]
    size: tuple[int, int, int]

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """Slices of an array (z, y, x) that pick the block."""
        x, y, z = (slice(first, first + count) for first, count in zip(self.start, self.size, strict=True))
        return z, y, x

    def grid_in(self, grid: Grid) -> Grid:
        """Return the block's own grid, where `grid` is the one it was cut from."""
        return grid.cropped(self.start, self.size)


def block_of_slices(slices: tuple[slice, slice, slice], shape: tuple[int, int, int], margin: int) -> Block:
    """Return the block of array slices (z, y, x), widened by `margin` voxels as far as `shape` (z, y, x) goes."""
    runs = [(max(0, at.start - margin), min(count, at.stop + margin)) for at, count in zip(slices, shape, strict=True)]
    (z, z_end), (y, y_end), (x, x_end) = runs
    return Block((x, y, z), (x_end - x, y_end - y, z_end - z))


def block_meeting(grid: Grid, other: Grid, margin: int) -> Block | None:
    """Return the block of `grid` that holds all of `other`, widened by `margin` voxels; None where they lie apart.

    The block is the bounding box of `other`'s outer corners in the index space of `grid`, so that oblique grids get
    a block that is larger than needed, never one that is too small.
    """
    corners = grid.to_index(other.corners())
    first = np.maximum(0, np.floor(corners.min(axis=0)).astype(np.int64) - margin)
    last = np.minimum(np.asarray(grid.size) - 1, np.ceil(corners.max(axis=0)).astype(np.int64) + margin)
    if (last < first).any():
        return None
    x, y, z = (int(v) for v in first)
    nx, ny, nz = (int(v) for v in last - first + 1)
    return Block((x, y, z), (nx, ny, nz))
