"""A region on a grid whose slices are parallel to its contours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hyoid.dicom.structures.planes import drawn_spacing, gaps_between
from hyoid.dicom.structures.polygons import Points, fill
from hyoid.dicom.structures.stack import Gaps, Stack, stack_of
from hyoid.dicom.structures.structure_set import Roi
from hyoid.geometry import Grid

SLICE_TOLERANCE = 0.1
"""How far, in slices, a contour may lie from a slice of the grid, and its points from one plane, to be on that slice.
Contour data are rounded to 0.01 mm or so; slice positions of CT and PET of one session differ by as much."""


def rasterise_slices(
    roi: Roi,
    indices: Sequence[Points],
    grid: Grid,
    gaps: Gaps,
    spacing_mm: float | None,
    other_gaps_mm: Sequence[float],
) -> tuple[NDArray[np.bool_], list[str]]:
    """Rasterise contours that are parallel to the grid's slices, row by row."""
    levels = np.array([float(index[:, 2].mean()) for index in indices])
    aligned = bool((np.abs(levels - np.rint(levels)) <= SLICE_TOLERANCE).all())
    levels = np.rint(levels) if aligned else levels
    offsets = [float(level * grid.spacing[2]) for level in levels]
    if spacing_mm is None:
        spacing_mm = drawn_spacing(roi, gaps_between(offsets), other_gaps_mm, grid.spacing[2] if aligned else None)
    flat = [index[:, :2] * grid.spacing[:2] for index in indices]
    stack, notes = stack_of(offsets, flat, spacing_mm, gaps, roi.name)
    mask = np.zeros(grid.shape, bool)
    at = np.arange(grid.size[2], dtype=np.float64) * grid.spacing[2]
    for k, plane in enumerate(stack.plane_at(at)):
        bridge = stack.bridge_at(at[k]) if plane < 0 else None
        if plane >= 0:
            _fill_block(mask[k], stack.polygons[plane], grid)
        elif bridge is not None:
            _fill_bridge(mask[k], stack, bridge, grid)
    return mask, notes


def _fill_block(section: NDArray[np.bool_], polygons: Sequence[Points], grid: Grid) -> None:
    """Fill polygons (mm from the grid's first pixel) in one slice, looking only at the block that they can touch."""
    block, start, shape = _block(section, polygons, grid)
    if shape[0] and shape[1]:
        moved = [polygon - start * grid.spacing[:2] for polygon in polygons]
        section[block] = fill(moved, (grid.spacing[0], grid.spacing[1]), shape)


def _fill_bridge(section: NDArray[np.bool_], stack: Stack, bridge: tuple[int, float], grid: Grid) -> None:
    index, share = bridge
    both = [*stack.polygons[index], *stack.polygons[index + 1]]
    block, start, (rows, columns) = _block(section, both, grid)
    x, y = np.meshgrid(np.arange(columns) + start[0], np.arange(rows) + start[1])
    points = np.stack([x.ravel(), y.ravel()], axis=1) * grid.spacing[:2]
    if len(points):
        section[block] = stack.between(index, share, points).reshape(rows, columns)


def _block(
    section: NDArray[np.bool_], polygons: Sequence[Points], grid: Grid
) -> tuple[tuple[slice, slice], NDArray[np.float64], tuple[int, int]]:
    """Return the block of a slice that polygons can touch: slices, its first pixel (x, y), and its rows and columns."""
    vertices = np.concatenate(polygons) / grid.spacing[:2]
    limit = np.array(section.shape[::-1])
    start = np.clip(np.floor(vertices.min(axis=0)) - 1, 0, limit).astype(int)
    end = np.clip(np.ceil(vertices.max(axis=0)) + 2, start, limit).astype(int)
    block = slice(start[1], end[1]), slice(start[0], end[0])
    return block, start.astype(np.float64), (int(end[1] - start[1]), int(end[0] - start[0]))
