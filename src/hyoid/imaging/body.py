"""Where the patient is in a CT."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.geometry import Volume
from hyoid.imaging.components import largest_component

BODY_HU = -300.0
"""Between lung or air and fat (-100 HU): well clear of both, so that noise of +-100 HU moves no outline."""

COARSE_MM = 4.0
"""Voxel size at which the body is told from the table; the outline itself is drawn at full resolution."""

OPENING_MM = 8.0
"""Radius of the opening that parts the body from table top, blankets and tubes, which are thinner than 16 mm."""


def body_mask(ct: Volume) -> NDArray[np.bool_]:
    """Return the voxels (z, y, x) of the patient's body, airways and lungs included.

    Soft tissue (> `BODY_HU`) is opened at `COARSE_MM`, so that a table that touches the back falls off; of what is
    left the largest component is the body; it is grown back by the same radius within soft tissue, and its holes are
    filled slice by slice. A table nearer than `OPENING_MM` to the skin leaves a rim. All False where nothing is left.
    """
    steps = [max(1, round(COARSE_MM / spacing)) for spacing in reversed(ct.grid.spacing)]
    coarse = ct.array[:: steps[0], :: steps[1], :: steps[2]] > BODY_HU
    spacing_mm = [step * spacing for step, spacing in zip(steps, reversed(ct.grid.spacing), strict=True)]
    ball = _ball(OPENING_MM, spacing_mm)
    # Beyond the field the body goes on, so that a slab of neck is not worn away from its ends.
    core = largest_component(ndimage.binary_erosion(coarse, ball, border_value=1))
    near = ndimage.binary_dilation(core, ball)
    for axis, (step, count) in enumerate(zip(steps, ct.array.shape, strict=True)):
        near = np.repeat(near, step, axis=axis).take(range(count), axis=axis)
    near &= ct.array > BODY_HU
    body: NDArray[np.bool_] = near
    for plane in body:
        _fill_holes(plane)
    return body


def _ball(radius_mm: float, spacing_mm: list[float]) -> NDArray[np.bool_]:
    reach = [max(1, int(radius_mm / spacing)) for spacing in spacing_mm]
    offsets = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    distance = sum((at / n) ** 2 for at, n in zip(offsets, reach, strict=True))
    ball: NDArray[np.bool_] = np.asarray(distance) <= 1.0
    return ball


def _fill_holes(plane: NDArray[np.bool_]) -> None:
    """Fill in place what does not reach the plane's border; one labelling, which is faster than repeated dilation."""
    if not plane.any():
        return
    holes, count = ndimage.label(~plane)
    open_to_border = np.zeros(count + 1, bool)
    for edge in (holes[0], holes[-1], holes[:, 0], holes[:, -1]):
        open_to_border[edge] = True
    open_to_border[0] = False
    plane |= ~open_to_border[holes]
