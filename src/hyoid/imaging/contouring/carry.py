"""A contour from the PET's grid to the CT's."""

from __future__ import annotations

import numpy as np

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring.contour import Contour
from hyoid.imaging.label_resampling import resample_labels

VOLUME_CHANGE = 0.10
"""A contour whose volume changes by a greater share was cut off, or is too small for the grid."""


def contour_on_grid(contour: Contour, grid: Grid, within: Block | None = None) -> Contour:
    """Return a contour on another grid, its surface smooth and where it was (see `resample_labels`).

    Parameters
    ----------
    contour
        Of any method here.
    grid
        Where it shall lie: the CT's.
    within
        The box that was drawn, in voxels of `grid`: what the smooth surface puts beyond it is left out.

    Raises
    ------
    ImageError
        If nothing is left of it there.
    """
    carried = resample_labels(contour.mask, grid).array
    if within is not None:
        start, end = np.maximum(0, within.start), np.maximum(0, np.add(within.start, within.size))
        inside = np.zeros_like(carried)
        block = tuple(slice(int(a), int(b)) for a, b in zip(start[::-1], end[::-1], strict=True))
        inside[block] = carried[block]
        carried = inside
    mask = Volume(carried, grid)
    before, after = contour.mask.volume_ml(), mask.volume_ml()
    if after == 0:
        raise ImageError.of(
            f"a contour of {before:.2f} mL of which no voxel lies on the CT's grid ({grid})",
            "a contour within that grid and not smaller than its voxels",
            "Draw the box where both images are.",
        )
    notes = contour.notes
    if abs(after - before) > VOLUME_CHANGE * before:
        notes += (f"On the CT's grid the contour has {after:.2f} mL instead of {before:.2f} mL.",)
    return Contour(mask, notes, contour.threshold_suv)
