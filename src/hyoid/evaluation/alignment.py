"""A prediction brought onto the truth's grid, where that is a matter of rounding or cropping and of nothing else."""

from __future__ import annotations

import numpy as np

from hyoid.errors import GeometryError
from hyoid.geometry import DIRECTION_TOLERANCE, Box, Grid, Volume
from hyoid.imaging import resample

SAME_GRID_MM = 1e-3
"""Corners nearer than this are equal: file formats round headers to single precision."""

SPACING_TOLERANCE_MM = 1e-3
"""Greatest difference of spacing at which a prediction counts as made on the truth's voxels. The organisers' notebook
of 2022 uses 1e-6; NIfTI headers in single precision and rounded MetaImage headers differ by up to 1e-4 mm."""


def on_grid(prediction: Volume, grid: Grid) -> tuple[Volume, tuple[str, ...]]:
    """Return the prediction's labels on the truth's grid, and notes on what was done.

    Where both grids are the same within `SAME_GRID_MM` nothing is done. Where spacing and direction are the same, but
    not extent or origin (cropped, padded, shifted), the nearest voxel is taken and background is filled in, as the
    organisers do; it is noted, with the volume that fell outside. Anything else would make the measures those of the
    resampling too, and is refused.

    Raises
    ------
    GeometryError
        If spacing or direction differ, or the two lie apart.
    """
    own = prediction.grid
    if own.same_as(grid, SAME_GRID_MM):
        return Volume(prediction.array, grid), ()
    spacing_apart = float(np.abs(np.subtract(own.spacing, grid.spacing)).max())
    direction_apart = float(np.abs(np.subtract(own.direction, grid.direction)).max())
    apart = Box.of_grid(own).intersection(Box.of_grid(grid)).is_empty
    if spacing_apart > SPACING_TOLERANCE_MM or direction_apart > DIRECTION_TOLERANCE or apart:
        raise GeometryError.of(
            f"a prediction on a grid of {own}",
            f"the truth's grid, {grid}"
            + (", which it does not even meet" if apart else f" (spacing equal within {SPACING_TOLERANCE_MM:g} mm)"),
            "Resample the prediction onto the truth's grid first; hyoid's own predictions are on the CT's grid.",
        )
    moved = resample(prediction, grid, "nearest")
    labels = moved.with_array(moved.array.astype(np.uint8))
    lost_ml = max(0.0, prediction.volume_ml() - labels.volume_ml())
    note = (
        f"The prediction's grid ({own}) is not the truth's: nearest voxels were taken, {lost_ml:.2f} mL fell outside."
    )
    return labels, (note,)
