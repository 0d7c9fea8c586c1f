"""The same voxels under another numbering: axes flipped, exchanged or cut, and nothing interpolated."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hyoid.errors import DicomError, GeometryError
from hyoid.geometry import Grid, Volume

LATTICE_TOLERANCE = 0.05
"""How far, in voxels, voxel centres of both grids may lie apart: NIfTI keeps geometry in single precision."""


def on_lattice(volume: Volume, grid: Grid, what: str = "the label map") -> Volume:
    """Return a label map's voxels on `grid`, which has the same voxel centres in the same or another order.

    Converters turn rows, slices or axes over, and may cut; no value changes by that. `grid` may be smaller, if all that
    is left out is 0.

    Raises
    ------
    GeometryError
        If the centres differ, or a voxel that is not 0 lies outside `grid`.
    """
    source = volume.grid
    start = grid.to_index(source.to_world((0, 0, 0)))
    steps = (grid.to_index(source.to_world(np.eye(3))) - start).T  # column j: one step along axis j of the source
    whole, first = np.rint(steps), np.rint(start)
    corners = np.array(np.meshgrid(*([0, n - 1] for n in source.size))).reshape(3, -1)
    off = float(np.abs((steps - whole) @ corners + (start - first)[:, None]).max())
    if off > LATTICE_TOLERANCE or not np.array_equal(np.abs(whole) @ np.abs(whole).T, np.eye(3)):
        raise GeometryError.of(
            f"{what} on {source}, up to {off:.2g} voxels off the image's voxels",
            f"the voxels of {grid}",
            "Give the image series that it was made on, or resample it onto that one first.",
        )
    axes = [int(np.abs(column).argmax()) for column in whole.T]  # where each axis of the source goes
    signs = [int(whole[axis, j]) for j, axis in enumerate(axes)]
    order = [axes.index(axis) for axis in range(3)]
    array = volume.array.transpose(2, 1, 0)[tuple(slice(None, None, sign) for sign in signs)].transpose(order)
    begin = [int(first[axis]) - (source.size[order[axis]] - 1 if signs[order[axis]] < 0 else 0) for axis in range(3)]
    placed = np.zeros(grid.size, volume.array.dtype)
    into, taken = [], []
    for k in range(3):
        low, high = max(begin[k], 0), min(begin[k] + array.shape[k], grid.size[k])
        into.append(slice(low, max(high, low)))
        taken.append(slice(low - begin[k], max(high, low) - begin[k]))
    placed[tuple(into)] = array[tuple(taken)]
    lost = np.count_nonzero(array) - np.count_nonzero(placed)
    if lost:
        raise GeometryError.of(
            f"{lost} voxels of {what} outside the image", f"a label map within {grid}", "Give the image it belongs to."
        )
    return Volume(np.ascontiguousarray(placed.transpose(2, 1, 0)), grid)


def checked_labels(labels: Volume, names: Mapping[int, str], grid: Grid) -> Volume:
    """Return a label map on `grid`, once each of its values has a name.

    Raises
    ------
    DicomError
        If a value has no name.
    GeometryError
        As `on_lattice`.
    """
    unnamed = sorted(set(np.unique(labels.array[labels.array != 0]).tolist()) - set(names))
    if unnamed:
        raise DicomError.of(
            f"the labels {unnamed} in the label map", f"only {dict(names)}", "Give the map that was predicted."
        )
    return on_lattice(labels, grid)
