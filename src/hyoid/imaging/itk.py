"""Exact conversion between `Volume` and SimpleITK's image."""

from __future__ import annotations

from typing import Any

import numpy as np
import SimpleITK as sitk

from hyoid.geometry import Grid, Volume


def grid_of(image: Any) -> Grid:
    """Return the grid of a SimpleITK image or of an `ImageFileReader` whose header has been read."""
    return Grid(image.GetSize(), image.GetSpacing(), image.GetOrigin(), image.GetDirection())


def to_sitk(volume: Volume) -> sitk.Image:
    """Return a SimpleITK image with the same numbers in size, spacing, origin and direction, bit by bit."""
    array = volume.array.astype(np.uint8) if volume.array.dtype == bool else volume.array
    image = sitk.GetImageFromArray(array)
    place(image, volume.grid)
    return image


def from_sitk(image: sitk.Image) -> Volume:
    """Return a `Volume` with the same numbers; the array (z, y, x) is a copy."""
    return Volume(sitk.GetArrayFromImage(image), grid_of(image))


def place(image: sitk.Image, grid: Grid) -> None:
    """Set spacing, origin and direction of `image` in place."""
    image.SetSpacing(grid.spacing)
    image.SetOrigin(grid.origin)
    image.SetDirection(grid.direction)
