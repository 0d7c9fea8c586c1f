"""Painting: from a list of shapes to the images that a scanner would make of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.geometry import Grid
from hyoid.phantom.build import Build
from hyoid.phantom.tissue import Array, Shape, Value

_SLAB_VOXELS = 600_000
"""Shapes are painted in slabs of about this many voxels: the working set stays in the cache and memory bounded."""

_Block = tuple[slice, slice, slice]


@dataclass(frozen=True, slots=True)
class Canvas:
    """A grid seen in a patient's template coordinates: x (nx,), y (ny,), z (nz,) in mm and the bend at each z."""

    grid: Grid
    x: Array
    y: Array
    z: Array
    bend_x: Array
    bend_y: Array

    @classmethod
    def of(cls, grid: Grid, build: Build, offset_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Canvas:
        """Return the canvas of an axis-aligned grid, the patient displaced by `offset_mm` (x, y, z)."""
        axes = []
        for k in range(3):
            world = grid.origin[k] + np.arange(grid.size[k]) * grid.spacing[k]
            axes.append(((world - build.place_mm[k] - offset_mm[k]) / build.scale[k]).astype(np.float32))
        bend_x, bend_y = build.bend(axes[2])
        x, y, z = axes
        return cls(grid, x, y, z, bend_x.astype(np.float32), bend_y.astype(np.float32))

    def blocks(self, shape: Shape) -> Iterator[tuple[_Block, Array, Array, Array]]:
        """Yield the parts of the grid that a shape may touch, with their coordinates, in slabs along z."""
        zs = _range(self.z, shape.lower[2], shape.upper[2])
        if zs.stop <= zs.start:
            return
        bx, by = self.bend_x[zs], self.bend_y[zs]
        xs = _range(self.x, shape.lower[0] + bx.min(), shape.upper[0] + bx.max())
        ys = _range(self.y, shape.lower[1] + by.min(), shape.upper[1] + by.max())
        area = (xs.stop - xs.start) * (ys.stop - ys.start)
        if area <= 0:
            return
        step = max(1, _SLAB_VOXELS // area)
        for start in range(zs.start, zs.stop, step):
            part = slice(start, min(start + step, zs.stop))
            x = self.x[None, None, xs] - self.bend_x[part, None, None]
            y = self.y[None, ys, None] - self.bend_y[part, None, None]
            yield (part, ys, xs), x, y, self.z[part, None, None]

    def distance(self, shape: Shape, outside: float = 1e3) -> Array:
        """Return a shape's signed distance on the whole grid; far away it is `outside`."""
        result = np.full(self.grid.shape, outside, np.float32)
        for block, x, y, z in self.blocks(shape):
            result[block] = shape.distance(x, y, z)
        return result


def paint_ct(canvas: Canvas, shapes: Iterable[Shape]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return noise-free HU and the map of `Tissue`, painted in the order of `shapes`."""
    hu = np.full(canvas.grid.shape, -1000.0, np.float32)
    tissue = np.zeros(canvas.grid.shape, np.uint8)
    edge = _edge(canvas)
    for shape in shapes:
        if shape.hu is None:
            continue
        for block, x, y, z in canvas.blocks(shape):
            distance = shape.distance(x, y, z)
            _blend(hu[block], distance, edge, shape.hu, (x, y, z))
            tissue[block][distance < 0] = shape.tissue
    return hu, tissue


def paint_pet(canvas: Canvas, shapes: Iterable[Shape]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return the activity (SUV) before blur and noise, and the map of `Tissue` on the PET grid."""
    suv = np.zeros(canvas.grid.shape, np.float32)
    tissue = np.zeros(canvas.grid.shape, np.uint8)
    edge = _edge(canvas)
    for shape in shapes:
        if shape.suv is None:
            continue
        for block, x, y, z in canvas.blocks(shape):
            distance = shape.distance(x, y, z)
            _blend(suv[block], distance, edge, shape.suv, (x, y, z))
            tissue[block][distance < 0] = shape.tissue
    return suv, tissue


def add_streaks(
    hu: NDArray[np.float32], canvas: Canvas, metal: list[tuple[float, float, float]], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Add the star of bright and dark rays that metal fillings throw across their slices, in place.

    Returns which slices (nz,) are spoilt.
    """
    spoilt = np.zeros(canvas.z.size, bool)
    for place in metal:
        phase, rays = rng.uniform(0, 2 * np.pi), int(rng.integers(5, 9))
        strength = rng.uniform(100, 300)
        for k in np.flatnonzero(np.abs(canvas.z - place[2]) < 5.0):
            spoilt[k] = True
            x = canvas.x[None, :] - canvas.bend_x[k] - place[0]
            y = canvas.y[:, None] - canvas.bend_y[k] - place[1]
            radius = np.sqrt(x * x + y * y) + 1.0
            star = np.cos(rays * np.arctan2(y, x) + phase) + 0.5 * np.cos(2.7 * rays * np.arctan2(y, x) - phase)
            inside = hu[k] > -600
            hu[k] += np.float32(strength) * star.astype(np.float32) * np.exp(-radius / 45.0) * inside
    return spoilt


def content_box(content: NDArray[np.bool_], margin: int) -> tuple[slice, slice, slice]:
    """Return the slices (z, y, x) that hold all true voxels and `margin` more; all of an array without any."""
    slices = []
    for axis in range(3):
        others = tuple(k for k in range(3) if k != axis)
        found = np.flatnonzero(content.any(axis=others))
        low, high = (found[0], found[-1]) if found.size else (0, content.shape[axis] - 1)
        slices.append(slice(max(0, int(low) - margin), min(content.shape[axis], int(high) + margin + 1)))
    return slices[0], slices[1], slices[2]


def _blend(view: Array, distance: Array, edge: float, value: Value, at: tuple[Array, Array, Array]) -> None:
    """Paint `value` into `view` by the share of each voxel that lies inside (partial volume)."""
    share = np.clip(0.5 - distance / np.float32(edge), 0.0, 1.0)
    if not share.any():
        return
    painted: Array | float = value(*at) if callable(value) else value
    view += share * (np.float32(painted) - view if not callable(value) else painted - view)


def _edge(canvas: Canvas) -> float:
    return float(np.mean(canvas.grid.spacing))


def _range(axis: Array, low: float, high: float) -> slice:
    return slice(int(np.searchsorted(axis, low)), int(np.searchsorted(axis, high, side="right")))
