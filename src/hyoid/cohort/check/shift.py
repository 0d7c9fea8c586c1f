"""By how much the body in a PET is shifted against the body in its CT, told from the outlines alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from hyoid.geometry import Box, Volume
from hyoid.imaging import fill_holes, largest_component, resample

GRID_MM = 5.0
"""Voxel of the common grid: about the resolution of PET; the peak is interpolated to a fraction of it."""

SEARCH_MM = 60.0
"""Largest shift that is looked for, along each axis."""

PET_BODY_SUV = 0.25
"""Between air (0, with noise below 0.1) and the body's surface, fat and muscle blurred (0.3-0.9)."""

LEAST_SHARED_ML = 1000.0
"""Common field of view that outlines can be compared in: half a head."""

LEAST_DICE = 0.7
"""Agreement of the outlines at the best shift below which neither is believed to be the body's."""

LEAST_GAIN = 0.01
"""Gain in Dice at the best shift that is more than chance. A tube-like piece of body fits nearly as well anywhere along
itself, so that the place of its peak means nothing."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Where the PET's body lies relative to the CT's (x, y, z, LPS mm); Dice of the outlines before and after."""

    mm: tuple[float, float, float]
    dice_here: float
    dice_there: float


def outline_shift(ct: Volume, ct_body: NDArray[np.bool_], pet: Volume) -> Shift | None:
    """Estimate the rigid shift between the bodies of CT and PET.

    Both outlines are brought to a common grid in the fields' intersection; for every shift up to `SEARCH_MM` the Dice
    of the two *within the region that both still cover* is computed by Fourier transform; so that a body that both
    fields cut is not drawn towards zero shift.

    Parameters
    ----------
    ct
        CT, thinned out to a few mm.
    ct_body
        The body in it (z, y, x).
    pet
        PET in SUV.

    Returns
    -------
    Shift, or None where the fields share too little or an outline is missing or does not fit. A shift that gains less
    than `LEAST_GAIN` is reported as zero.
    """
    shared = Box.of_grid(ct.grid).intersection(Box.of_grid(pet.grid))
    if shared.volume_mm3 < 1000.0 * LEAST_SHARED_ML or min(shared.size_mm) < 4 * GRID_MM:
        return None
    grid = shared.grid((GRID_MM, GRID_MM, GRID_MM))
    fixed = resample(ct.with_array(ct_body.astype(np.float32)), grid).array > 0.5
    moving = _pet_body(resample(pet, grid).array)
    if not (fixed.any() and moving.any()):
        return None
    reach = [min(int(SEARCH_MM / GRID_MM), n // 3) for n in grid.shape]
    dice = _dice_over_shifts(fixed.astype(np.float32), moving.astype(np.float32), reach)
    centre = tuple(reach)
    best = tuple(int(i) for i in np.unravel_index(int(dice.argmax()), dice.shape))
    here, there = float(dice[centre]), float(dice[best])
    if there < LEAST_DICE:
        return None
    if there - here < LEAST_GAIN:
        return Shift((0.0, 0.0, 0.0), here, there)
    z, y, x = (
        (at + _vertex(dice, best, axis) - r) * GRID_MM for axis, (at, r) in enumerate(zip(best, reach, strict=True))
    )
    return Shift((x, y, z), here, there)


def _pet_body(suv: NDArray[np.float32]) -> NDArray[np.bool_]:
    body = largest_component(suv > PET_BODY_SUV)
    filled: NDArray[np.bool_] = np.stack([fill_holes(plane) for plane in body])
    return filled


def _dice_over_shifts(a: NDArray[np.float32], b: NDArray[np.float32], reach: list[int]) -> NDArray[np.float64]:
    """Dice of `a(p)` and `b(p + s)` over the p where both exist, for each |s| <= reach: array of 2 reach + 1 a side."""
    size = [fft.next_fast_len(n + r, real=True) for n, r in zip(a.shape, reach, strict=True)]
    spectra = [fft.rfftn(values, size) for values in (a, b, np.ones_like(a))]

    def correlate(first: int, second: int) -> NDArray[np.float64]:
        full = fft.irfftn(np.conj(spectra[first]) * spectra[second], size)
        for axis, r in enumerate(reach):
            full = np.roll(full, r, axis=axis).take(range(2 * r + 1), axis=axis)
        result: NDArray[np.float64] = full
        return result

    both = correlate(0, 1)
    either = correlate(0, 2) + correlate(2, 1)
    dice: NDArray[np.float64] = 2 * both / np.maximum(either, 1.0)
    return dice


def _vertex(values: NDArray[np.float64], at: tuple[int, ...], axis: int) -> float:
    """Offset of the parabola's vertex through a peak and its two neighbours along an axis, in voxels."""
    if not 0 < at[axis] < values.shape[axis] - 1:
        return 0.0
    before, peak, after = (float(values[(*at[:axis], at[axis] + d, *at[axis + 1 :])]) for d in (-1, 0, 1))
    bend = before - 2 * peak + after
    return 0.0 if bend >= 0 else 0.5 * (before - after) / bend
