"""Interpolation of images: one pass, inside the final grid only."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import block_meeting
from hyoid.imaging.itk import to_sitk
from hyoid.imaging.spline import interpolate_spline, parallel_axes

Interpolation = Literal["linear", "bspline", "nearest"]
"""How values between voxel centres are found; `bspline` is cubic and may overshoot at sharp edges."""

_INTERPOLATORS = {
    "linear": sitk.sitkLinear,
    "bspline": sitk.sitkBSpline,
    "nearest": sitk.sitkNearestNeighbor,
}

_MARGIN_VOXELS = {"linear": 2, "bspline": 16, "nearest": 1}
"""How far beyond the target the source is kept. A cubic B-spline's coefficients depend on all voxels, but the weight
falls by sqrt(3) - 2 = -0.268 a voxel: 16 voxels away it is 7e-10, below single precision."""

LEAST_SPLINE_SAMPLES = 4
"""A cubic spline takes four samples; of fewer slices, ITK reads beyond its coefficients, so they are linear."""


def resample(
    volume: Volume,
    grid: Grid,
    interpolation: Interpolation = "linear",
    outside: float = 0.0,
    lower: float | None = None,
) -> Volume:
    """Return `volume` interpolated at the voxel centres of `grid`, as float32.

    Only the part of the source that the grid can touch is read, so that the cost is that of the output and not of
    the scan; the values are those of interpolating the whole scan.

    Parameters
    ----------
    volume
        Any scalar image, on any grid.
    grid
        Where the result shall lie.
    interpolation
        `linear`, `bspline` (cubic) or `nearest`.
    outside
        Value of voxels whose centre lies outside the source: more than half a voxel beyond its outermost centres.
    lower
        Where given, the least value that means anything: values below it are raised to it before interpolation (a CT
        padded with -3024 HU would ring) and after (a B-spline undershoots).
    """
    block = block_meeting(volume.grid, grid, _MARGIN_VOXELS[interpolation])
    if block is None:
        return Volume(np.full(grid.shape, outside, np.float32), grid)
    source = Volume(_prepared(volume.array[block.slices], lower), block.grid_in(volume.grid))
    if interpolation == "bspline" and min(source.grid.size) < LEAST_SPLINE_SAMPLES:
        interpolation = "linear"
    axes = parallel_axes(source.grid, grid) if interpolation == "bspline" else None
    if axes is not None:
        array = interpolate_spline(source, grid, axes, outside)
    else:
        array = _by_itk(source, grid, interpolation, outside)
    if lower is not None:
        np.maximum(array, np.float32(lower), out=array)
    return Volume(array, grid)


def _by_itk(source: Volume, grid: Grid, interpolation: Interpolation, outside: float) -> NDArray[np.float32]:
    image = sitk.Resample(
        to_sitk(source),
        grid.size,
        sitk.Transform(),
        _INTERPOLATORS[interpolation],
        grid.origin,
        grid.spacing,
        grid.direction,
        float(outside),
        sitk.sitkFloat32,
    )
    array: NDArray[np.float32] = sitk.GetArrayFromImage(image)
    return array


def _prepared(array: NDArray[Any], lower: float | None) -> NDArray[Any]:
    """Return `array` in a type that ITK knows, nothing below `lower`."""
    if array.dtype == bool:
        array = array.view(np.uint8)
    elif array.dtype.kind == "f" and array.dtype != np.float64:
        array = array.astype(np.float32, copy=False)
    if lower is not None and array.size and array.min() < lower:
        array = np.maximum(array, np.asarray(lower, np.float32))
    return array
