"""Radiotherapy dose in structures: Dmean, Dmax, D95, V60 and the dose-volume histogram."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import HyoidError, ImageError
from hyoid.features.component import Component, block_of
from hyoid.features.names import D_PERCENT, DOSE_MEASURES, V_GY
from hyoid.geometry import Volume
from hyoid.imaging import resample

MOST_DOSE_GY = 200.0
"""No treatment of the head and neck gives more: a dose that does is in cGy."""

LEAST_DOSE_GY = 2.0
"""A dose that nowhere reaches a single usual fraction is no dose of a treatment in Gy."""

DVH_STEP_GY = 0.1
"""Distance between the doses of a dose-volume histogram."""

Doses = NDArray[np.float64]
"""Dose (Gy) at each voxel of a structure, NaN where the dose grid does not reach it."""


@dataclass(frozen=True, slots=True)
class Dvh:
    """A cumulative dose-volume histogram: `volume[i]` is the share of a structure that gets `dose_gy[i]` or more."""

    dose_gy: NDArray[np.float64]
    volume: NDArray[np.float64]


def check_dose(dose: Volume) -> None:
    """Raise ImageError for an image that is no physical dose in Gy: negative, relative (up to 1), in cGy."""
    least, most = float(dose.array.min()), float(dose.array.max())
    if least < 0 or most > MOST_DOSE_GY or most < LEAST_DOSE_GY:
        raise ImageError.of(
            f"a dose from {least:.4g} to {most:.4g}",
            f"Gy: nothing below 0, the greatest from {LEAST_DOSE_GY:g} to {MOST_DOSE_GY:g}",
            "Multiply by the DoseGridScaling, or convert it: 1 Gy is 100 cGy.",
        )


def sample_dose(lesion: Component, dose: Volume) -> Doses:
    """Interpolate the dose linearly at the voxels of a lesion; `check_dose` before."""
    return resample(dose, lesion.grid, "linear", outside=math.nan).array[lesion.inside].astype(np.float64)


def structure_dose(structure: Volume, dose: Volume) -> Doses:
    """Return the dose at every voxel of a structure, Gy.

    The dose is interpolated linearly at the structure's voxel centres, and never the structure onto the dose's grid:
    the contour is what was drawn, and dose grids are coarse. Where the dose grid does not reach, the dose is not known:
    NaN, and never 0 Gy.

    Parameters
    ----------
    structure
        Mask on any grid: all voxels that are not 0.
    dose
        Physical dose in Gy on any grid.

    Returns
    -------
    array of shape (voxels,)
        In the order of the mask's voxels (z, y, x).

    Raises
    ------
    ImageError
        If the structure has no voxel, or the dose is not in Gy.
    """
    check_dose(dose)
    inside = structure.array != 0
    if not inside.any():
        raise ImageError.of("a structure without a voxel", "a mask that is not 0 somewhere", "Check the contour.")
    return sample_dose(block_of(inside, structure.grid), dose)


def dose_measures(doses: Doses) -> dict[str, float]:
    """Return the dose measures of a structure: `DOSE_MEASURES`.

    Parameters
    ----------
    doses
        Dose at voxels of equal volume, Gy; NaN where unknown.

    Returns
    -------
    dict
        - `dose_coverage`: part of the structure within the dose grid, 0 to 1. All other measures are of this part.
        - `dose_mean_gy`, `dose_max_gy`.
        - `dose_d98_gy`, `d95`, `d50`, `d2`: the least dose that the hottest 98, 95, 50, 2 % of the volume receive.
        - `dose_v20`, `v50`, `v60`, `v66`, `v70`: share of the volume, 0 to 1, that receives at least so many Gy.

        Without a voxel, or with none in the dose grid, all are NaN but the coverage, which is then 0.

    References
    ----------
    ICRU Report 83, "Prescribing, recording, and reporting photon-beam IMRT", 2010: D_V from the cumulative histogram;
    D98 and D2 stand for the near-minimum and the near-maximum.
    """
    if not len(doses):
        return dict.fromkeys(DOSE_MEASURES, math.nan)
    known = np.sort(doses[np.isfinite(doses)])[::-1]  # the hottest first
    if not len(known):
        return dict.fromkeys(DOSE_MEASURES, math.nan) | {"dose_coverage": 0.0}
    return {
        "dose_coverage": len(known) / len(doses),
        "dose_mean_gy": float(known.mean()),
        "dose_max_gy": float(known[0]),
        **{f"dose_d{percent}_gy": float(known[-(-percent * len(known) // 100) - 1]) for percent in D_PERCENT},
        **{f"dose_v{gray}": float(np.count_nonzero(known >= gray)) / len(known) for gray in V_GY},
    }


def dvh(doses: Doses, up_to_gy: float | None = None, step_gy: float = DVH_STEP_GY) -> Dvh:
    """Return the cumulative dose-volume histogram of the part of a structure that lies in the dose grid.

    Parameters
    ----------
    doses
        Dose at voxels of equal volume, Gy; NaN where unknown.
    up_to_gy
        Last dose; by default the first multiple of `step_gy` above the structure's maximum.
    step_gy
        Distance between the doses, from 0 Gy.

    Raises
    ------
    HyoidError
        If no dose is known, or the step is not positive.
    """
    known = np.sort(doses[np.isfinite(doses)])
    if not len(known):
        raise HyoidError.of("no voxel with a known dose", "a structure within the dose grid", "Check both grids.")
    if not step_gy > 0:
        raise HyoidError.of(f"a step of {step_gy} Gy", "a positive number", f"Take {DVH_STEP_GY} Gy.")
    most = float(known[-1]) if up_to_gy is None else up_to_gy
    at = np.round(
        np.arange(math.floor(most / step_gy) + 2, dtype=np.float64) * step_gy, 9
    )  # 0.3, not 0.30000000000000004
    below = np.searchsorted(known, at, side="left")
    return Dvh(at, 1.0 - below / len(known))
