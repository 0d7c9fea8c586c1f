"""Where the patient is in a CT."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.geometry import Volume
from hyoid.imaging.components import largest_component
from hyoid.imaging.morphology import dilate, erode

BODY_HU = -300.0
"""Between lung or air and fat (-100 HU): well clear of both, so that noise of +-100 HU moves no outline."""

COARSE_MM = 4.0
"""Voxel size at which the body is told from the table; the outline itself is drawn at full resolution."""

OPENING_MM = 8.0
"""Radius of the opening that parts the body from table top, blankets and tubes, which are thinner than 16 mm."""


LEAST_CORE = 0.5
"""Least part of a hole's rim that must be thick tissue for it to be lung and not the inside of a hollow table."""


def body_mask(ct: Volume) -> NDArray[np.bool_]:
    """Return the voxels (z, y, x) of the patient's body, airways and lungs included.

    Soft tissue (> `BODY_HU`) is opened at `COARSE_MM`, so that a table that touches the back falls off; of what is
    left the largest component is the body; it is grown back by the same radius within soft tissue, and its holes are
    filled slice by slice. A table nearer than `OPENING_MM` to the skin leaves a rim. All False where nothing is left.
    """
    steps = [max(1, round(COARSE_MM / spacing)) for spacing in reversed(ct.grid.spacing)]
    coarse = ct.array[:: steps[0], :: steps[1], :: steps[2]] > BODY_HU
    ball = _ball([step * spacing for step, spacing in zip(steps, reversed(ct.grid.spacing), strict=True)])
    # The chest's wall may be thinner than the opening: the lungs are filled before it.
    # Beyond the field the body goes on, so that a slab of neck is not worn away from its ends.
    thick = dilate(erode(coarse, ball, outside=True), ball)
    for plane, core in zip(coarse, thick, strict=True):
        _fill_holes(plane, core)
    near = dilate(largest_component(erode(coarse, ball, outside=True)), ball)
    for axis, (step, count) in enumerate(zip(steps, ct.array.shape, strict=True)):
        near = np.repeat(near, step, axis=axis).take(range(count), axis=axis)
    body: NDArray[np.bool_] = near & (ct.array > BODY_HU)
    for plane in body:
        _fill_holes(plane)
    return body


def _ball(spacing_mm: list[float]) -> NDArray[np.bool_]:
    reach = [max(1, int(OPENING_MM / spacing)) for spacing in spacing_mm]
    offsets = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    distance = sum((at / n) ** 2 for at, n in zip(offsets, reach, strict=True))
    ball: NDArray[np.bool_] = np.asarray(distance) <= 1.0
    return ball


def _fill_holes(plane: NDArray[np.bool_], core: NDArray[np.bool_] | None = None) -> None:
    """Fill in place what does not reach the plane's border; with `core`, only holes whose rim is mostly core.

    One labelling does it, which is faster than the repeated dilation of `scipy.ndimage.binary_fill_holes`.
    """
    if not plane.any():
        return
    holes, count = ndimage.label(~plane)
    filled = np.ones(count + 1, bool)
    for edge in (holes[0], holes[-1], holes[:, 0], holes[:, -1]):
        filled[edge] = False
    if core is not None and filled[1:].any():
        beside = np.where(plane, ndimage.maximum_filter(holes, 3), 0)
        rim = np.bincount(beside.ravel(), minlength=count + 1)
        rim_of_core = np.bincount(beside[core], minlength=count + 1)
        filled &= rim_of_core >= LEAST_CORE * rim
    filled[0] = False
    plane |= filled[holes]
