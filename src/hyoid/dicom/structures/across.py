"""A region on a grid whose slices cut the planes of its contours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hyoid.dicom.structures.planes import drawn_spacing, gaps_between, projected
from hyoid.dicom.structures.polygons import Points, contains, signed_distance
from hyoid.dicom.structures.stack import Gaps, Stack, stack_of
from hyoid.dicom.structures.structure_set import Roi
from hyoid.geometry import Grid


def rasterise_across(
    roi: Roi, grid: Grid, gaps: Gaps, spacing_mm: float | None, other_gaps_mm: Sequence[float]
) -> tuple[NDArray[np.bool_], list[str]]:
    """Ask of each voxel's centre whether it is inside: the grid's slices cut the contours' planes."""
    flattened, axes = projected(roi.areas, roi.name)
    offsets, flat = [offset for offset, _ in flattened], [polygon for _, polygon in flattened]
    if spacing_mm is None:
        spacing_mm = drawn_spacing(roi, gaps_between(offsets), other_gaps_mm, None)
    stack, notes = stack_of(offsets, flat, spacing_mm, gaps, roi.name)
    mask = np.zeros(grid.shape, bool)
    every = np.concatenate(roi.areas)
    reach = spacing_mm / 2 * np.abs(axes[2])
    box = np.array(np.meshgrid(*zip(every.min(axis=0) - reach, every.max(axis=0) + reach, strict=True))).reshape(3, -1)
    corners = grid.to_index(box.T)
    limit = np.array(grid.size)
    start = np.clip(np.floor(corners.min(axis=0)), 0, limit).astype(int)
    end = np.clip(np.ceil(corners.max(axis=0)) + 1, start, limit).astype(int)
    y, x = np.meshgrid(np.arange(start[1], end[1]), np.arange(start[0], end[0]), indexing="ij")
    for k in range(start[2], end[2]):
        world = grid.to_world(np.stack([x, y, np.full_like(x, k)], axis=-1).reshape(-1, 3)) @ axes.T
        section = _inside(stack, world[:, 2], world[:, :2])
        mask[k, start[1] : end[1], start[0] : end[0]] = section.reshape(x.shape)
    return mask, notes


def _inside(stack: Stack, offsets: NDArray[np.float64], points: Points) -> NDArray[np.bool_]:
    """Return which points (n, 2) at given offsets from the planes' origin are inside."""
    inside = np.zeros(len(points), bool)
    planes = stack.plane_at(offsets)
    for plane in np.unique(planes[planes >= 0]):
        own = np.flatnonzero(planes == plane)
        inside[own] = _within(points[own], stack.polygons[plane])
    for index in stack.bridged:
        low, high = stack.offsets_mm[index], stack.offsets_mm[index + 1]
        own = np.flatnonzero((planes < 0) & (offsets > low) & (offsets < high))
        if not len(own):
            continue
        share = (offsets[own] - low) / (high - low)
        below, above = (signed_distance(points[own], stack.polygons[index + step]) for step in (0, 1))
        inside[own] = (1 - share) * below + share * above >= 0
    return inside


def _within(points: Points, polygons: Sequence[Points]) -> NDArray[np.bool_]:
    """Return which points are inside, asking only about those in the polygons' box."""
    vertices = np.concatenate(polygons)
    near = ((points >= vertices.min(axis=0) - 1) & (points <= vertices.max(axis=0) + 1)).all(axis=1)
    inside = np.zeros(len(points), bool)
    if near.any():
        inside[near] = contains(points[near], polygons)
    return inside
