"""Small label maps and a clock that only moves when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from hyoid.geometry import Grid, Volume

GRID = Grid((6, 5, 4), (1.0, 1.25, 3.0), (-3.0, 2.0, 10.0))


def label_map(*voxels: tuple[int, int, int], label: int = 1, grid: Grid = GRID) -> Volume:
    """Return a label map with `label` at the voxels (z, y, x)."""
    array = np.zeros(grid.shape, np.uint8)
    for voxel in voxels:
        array[voxel] = label
    return Volume(array, grid)


def numbered(number: int, grid: Grid = GRID) -> Volume:
    """Return a label map that holds a number: in base 3, one voxel a digit."""
    array = np.zeros(grid.size[0] * grid.size[1] * grid.size[2], np.uint8)
    for place in range(array.size):
        number, array[place] = divmod(number, 3)
    return Volume(array.reshape(grid.shape), grid)


class Clock:
    """A clock that stands at noon until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
