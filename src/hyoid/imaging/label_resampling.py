"""Label maps from one grid to another without drift."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import Block, block_meeting, block_of_slices
from hyoid.imaging.resampling import resample
from hyoid.imaging.spline import interpolate_spline, parallel_axes

TIE_TOLERANCE = 1e-5
"""Memberships closer than this are equal: single precision and ITK's index arithmetic are good to about 1e-6."""

SUBPOINTS = (-0.25, 0.25)
"""Where along each axis of the target's voxel membership is read, in voxels: the means of its two halves."""

REACH_MARGIN = 3
"""Voxels around a label within which its membership counts: farther out a spline of 0 and 1 rings by < 0.003."""

SPLINE_MARGIN = 8
"""Voxels of background kept around a label: what a spline's coefficients feel from beyond is less than 3e-5."""


def resample_labels(volume: Volume, grid: Grid) -> Volume:
    """Return a label map on `grid`, as uint8.

    Each label's membership (1 inside, 0 elsewhere) is interpolated by a cubic B-spline and averaged over the target's
    voxel; the label of greatest membership wins, background being what is left to 1. Ties go to background, then to
    the smaller label. Outside the source all is background. The same grid gives the same labels. A label costs only
    its own bounding box.

    Nearest-neighbour steps by half a voxel. Linear membership at the voxel's centre is better, but on 5 mm slices still
    moves a lesion of 1 mL by up to 0.23 mm on its way to a 1 mm frame and back, with a DSC down to 0.971 (0.95 mm in
    plane); the spline's smoother surface and the average over the thick voxel make that 0.12 mm and 0.987.

    Raises
    ------
    ImageError
        If the labels are no integers in 0-255.
    """
    volume = _checked(volume)
    if volume.grid == grid:
        return volume.with_array(volume.array.copy())
    memberships = _memberships(volume, grid)
    labels = np.zeros(grid.shape, np.uint8)
    if not memberships:
        return Volume(labels, grid)
    start = np.min([block.start for _, block, _ in memberships], axis=0)
    end = np.max([np.add(block.start, block.size) for _, block, _ in memberships], axis=0)
    greatest = np.zeros(tuple((end - start)[::-1]), np.float32)
    total = np.zeros_like(greatest)
    chosen = np.zeros(greatest.shape, np.uint8)
    for label, block, membership in memberships:
        x, y, z = (int(v) for v in np.subtract(block.start, start))
        at = Block((x, y, z), block.size).slices
        better = membership > greatest[at] + TIE_TOLERANCE
        chosen[at][better] = label
        np.maximum(greatest[at], membership, out=greatest[at])
        total[at] += membership
    chosen[greatest <= 1.0 - total + TIE_TOLERANCE] = 0
    at_x, at_y, at_z = (slice(int(a), int(b)) for a, b in zip(start, end, strict=True))
    labels[at_z, at_y, at_x] = chosen
    return Volume(labels, grid)


def _checked(volume: Volume) -> Volume:
    array = volume.array.view(np.uint8) if volume.array.dtype == bool else volume.array
    whole = array.dtype.kind in "iu" or not array.size or bool((array == np.rint(array)).all())
    if not whole or array.min() < 0 or array.max() > 255:
        raise ImageError.of(
            f"labels from {array.min()} to {array.max()} of type {array.dtype}",
            "whole numbers in 0-255",
            "Recode the label map.",
        )
    return volume.with_array(array.astype(np.uint8, copy=False))


def _memberships(volume: Volume, grid: Grid) -> list[tuple[int, Block, NDArray[np.float32]]]:
    """Return for each label the block of `grid` that it can touch and its membership there."""
    found = []
    for label, slices in enumerate(ndimage.find_objects(volume.array), start=1):
        if slices is None:
            continue
        reach = block_of_slices(slices, volume.array.shape, margin=REACH_MARGIN)
        block = block_meeting(grid, reach.grid_in(volume.grid), margin=1)
        if block is not None:
            cut = block_of_slices(slices, volume.array.shape, margin=SPLINE_MARGIN)
            source = Volume((volume.array[cut.slices] == label).astype(np.float32), cut.grid_in(volume.grid))
            found.append((label, block, _membership(source, block.grid_in(grid))))
    return found


def _membership(source: Volume, grid: Grid) -> NDArray[np.float32]:
    axes = parallel_axes(source.grid, grid)
    if axes is not None:
        return interpolate_spline(source, grid, axes, 0.0, SUBPOINTS)
    total = np.zeros(grid.shape, np.float32)
    for shift in itertools.product(SUBPOINTS, repeat=3):
        x, y, z = (float(v) for v in grid.to_world(shift))
        total += resample(source, Grid(grid.size, grid.spacing, (x, y, z), grid.direction), "bspline").array
    return total / np.float32(len(SUBPOINTS) ** 3)
