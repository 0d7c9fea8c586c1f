"""What frames share: voxels that get larger or fewer, and a box cut into a fixed number of them."""

from __future__ import annotations

import math

from hyoid.geometry import Box, Grid, Triple

Size = tuple[int, int, int]
"""A number of voxels along (x, y, z)."""


def larger_voxels(spacing_mm: Triple, factor: float) -> Triple:
    """Return `spacing_mm` times `factor`."""
    x, y, z = (length * factor for length in spacing_mm)
    return x, y, z


def fewer_voxels(size_voxels: Size, factor: float, divisor: int = 1, least: int = 1) -> Size:
    """Return `size_voxels` divided by `factor`, along each axis the nearest multiple of `divisor` (of two, the larger).

    Nothing becomes smaller than `least`, which itself is raised to a multiple of `divisor`.
    """
    lowest = divisor * math.ceil(max(least, 1) / divisor)
    x, y, z = (max(lowest, divisor * math.floor(count / factor / divisor + 0.5)) for count in size_voxels)
    return x, y, z


def divided(box: Box, size_voxels: Size) -> Grid:
    """Return the axis-aligned grid whose outer voxel edges are exactly those of `box`."""
    x, y, z = (length / count for length, count in zip(box.size_mm, size_voxels, strict=True))
    a, b, c = (low + length / 2 for low, length in zip(box.lower, (x, y, z), strict=True))
    return Grid(size_voxels, (x, y, z), (a, b, c))
