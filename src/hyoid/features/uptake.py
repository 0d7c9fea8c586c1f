"""Measures of the uptake of lesions in the PET."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from hyoid.features.component import Component
from hyoid.geometry import Grid, Volume
from hyoid.imaging import resample
from hyoid.imaging.suv_peak import PEAK_VOLUME_ML, peak_radius_mm, peak_sphere

__all__ = ["PEAK_VOLUME_ML", "Uptake", "no_uptake", "peak_radius_mm", "peak_sphere", "sample_uptake", "uptake_measures"]

ENTROPY_BIN_SUV = 0.5
"""Width of the bins of the SUV histogram whose entropy is measured; they start at 0."""


@dataclass(frozen=True, slots=True)
class Uptake:
    """What the PET shows in one lesion: SUV at its voxels, NaN outside the PET, and the greatest mean over a sphere."""

    suv: NDArray[np.float64]
    peak: float
    voxel_ml: float


def sample_uptake(lesion: Component, pet: Volume) -> Uptake:
    """Interpolate the PET linearly at the voxels of a lesion and around it."""
    wide = lesion.widened(peak_radius_mm())
    suv = resample(pet, wide.grid, "linear", outside=math.nan).array.astype(np.float64)
    covered = wide.inside & np.isfinite(suv)
    peak = _peak(suv, covered, wide.grid) if covered.any() else math.nan
    return Uptake(suv[wide.inside], peak, lesion.grid.voxel_volume_mm3 / 1000.0)


def uptake_measures(lesions: Sequence[Uptake], active_suv: float) -> dict[str, float]:
    """Measure the uptake of lesions taken together; `lesion_measures` says what each measure is."""
    suv = np.concatenate([lesion.suv for lesion in lesions])
    values = suv[np.isfinite(suv)]
    if not len(values):
        return {"pet_coverage": 0.0, "mtv_ml": math.nan, "tlg_g": math.nan} | dict.fromkeys(_OF_UPTAKE, math.nan)
    active, mean = values[values >= active_suv], float(values.mean())
    return {
        "pet_coverage": len(values) / len(suv),
        "mtv_ml": len(active) * lesions[0].voxel_ml,
        "tlg_g": float(active.sum()) * lesions[0].voxel_ml,
        "suv_max": float(values.max()),
        "suv_mean": mean,
        "suv_peak": float(np.nanmax([lesion.peak for lesion in lesions])),
        "suv_cov": float(values.std()) / mean if mean > 0 else math.nan,
        "suv_entropy": _entropy(values),
    }


_OF_UPTAKE = ("suv_max", "suv_mean", "suv_peak", "suv_cov", "suv_entropy")


def no_uptake(*, lesion: bool) -> dict[str, float]:
    """Return the measures without a lesion, or of a `lesion` without a PET."""
    volumes = math.nan if lesion else 0.0
    return {"pet_coverage": math.nan, "mtv_ml": volumes, "tlg_g": volumes} | dict.fromkeys(_OF_UPTAKE, math.nan)


def _entropy(suv: NDArray[np.float64]) -> float:
    _, counts = np.unique(np.floor(suv / ENTROPY_BIN_SUV), return_counts=True)
    share = counts / counts.sum()
    return float(-(share * np.log2(share)).sum()) + 0.0  # one bin has 0, and never -0


def _peak(suv: NDArray[np.float64], centres: NDArray[np.bool_], grid: Grid) -> float:
    """Return the greatest mean over a sphere centred on one of `centres`; voxels that are NaN do not count."""
    present = np.isfinite(suv)
    sphere = peak_sphere(grid)
    sums = fftconvolve(np.where(present, suv, 0.0), sphere, mode="same")
    counts = np.rint(fftconvolve(present.astype(np.float64), sphere, mode="same"))
    return float((sums[centres] / counts[centres]).max())
