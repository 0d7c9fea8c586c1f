"""From one frame of reference to another, by a transform that a registration found."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from hyoid.dicom.structures.planes import plane_axes
from hyoid.dicom.structures.structure_set import Roi
from hyoid.errors import DicomError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.itk import from_sitk, place, to_sitk

FINEST_MM = 0.5
"""Spacing in plane of the grid that contours of another frame of reference are drawn on, or half the target's if that
is finer."""

MOST_VOXELS = 2**30
"""Voxels of the grid that a region is drawn on: half a metre along each axis at 0.5 mm."""

MARGIN = 2
"""Empty voxels around a region there, so that interpolation ends in background."""


def read_transform(path: Path) -> sitk.Transform:
    """Read a transform in three dimensions from a file of ITK (`.tfm`, `.txt`, `.h5`, `.mat`).

    Raises
    ------
    DicomError
        If it is missing, unreadable or not of three dimensions.
    """
    if not Path(path).is_file():
        raise DicomError.of(f"no file at {path}", "a transform", "Check the path.")
    try:
        transform = sitk.ReadTransform(str(path))
    except RuntimeError as error:
        raise DicomError.of(f"{path}, which ITK cannot read", "an ITK transform", "Write it with SimpleITK.") from error
    if transform.GetDimension() != 3:
        raise DicomError.of(
            f"a transform of {transform.GetDimension()} dimensions in {path}", "three", "Register volumes."
        )
    return transform


def carried(mask: Volume, grid: Grid, transform: sitk.Transform) -> Volume:
    """Return a mask (bool) of another frame of reference on `grid`.

    Parameters
    ----------
    mask
        In its own frame of reference.
    grid
        In the frame of reference that is asked for.
    transform
        From points (LPS mm) of the frame of `grid` to points of the mask's frame: what SimpleITK's registration returns
        with `grid`'s image as the fixed one.

    Returns
    -------
    Volume
        The voxels whose centre the transform takes to where the mask, interpolated linearly, is 0.5 or more.
    """
    membership = to_sitk(mask.with_array(mask.array.astype(np.float32)))
    image = sitk.Image(grid.size, sitk.sitkUInt8)
    place(image, grid)
    moved = sitk.Resample(membership, image, transform, sitk.sitkLinear, 0.0, sitk.sitkFloat32)
    return Volume(from_sitk(moved).array >= 0.5, grid)


def drawing_grid(roi: Roi, slice_mm: float, target: Grid) -> Grid:
    """Return a grid whose slices are the planes of a region's contours, in the region's own frame of reference.

    Raises
    ------
    DicomError
        If the contours are not planar or not parallel, or so far apart that no memory holds what is between.
    """
    axes = plane_axes(roi)
    points = np.concatenate(roi.areas) @ axes.T
    step = min(FINEST_MM, min(target.spacing) / 2)
    spacing = np.array([step, step, slice_mm])
    # half a pixel off: contours along the edges of pixels then run between the centres, not through them
    start = points.min(axis=0) - (MARGIN + np.array([0.5, 0.5, 0.0])) * spacing
    size = np.ceil((points.max(axis=0) - start) / spacing).astype(int) + MARGIN + 1
    if math.prod(size.tolist()) > MOST_VOXELS:
        raise DicomError.of(
            f"contours of '{roi.name}' over {np.round(np.ptp(points, axis=0)).tolist()} mm",
            "a region of one patient",
            "A coordinate is damaged: export the structure set again.",
        )
    x, y, z = (float(value) for value in start @ axes)
    return Grid((int(size[0]), int(size[1]), int(size[2])), (step, step, slice_mm), (x, y, z), tuple(axes.T.ravel()))
