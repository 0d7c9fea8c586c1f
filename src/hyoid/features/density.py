"""Measures of the CT density of lesions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hyoid.features.component import Component
from hyoid.geometry import Volume
from hyoid.imaging import resample

AIR_HU = -1024.0
"""Nothing in a patient is less dense; what lies below is the padding of a CT's field of view."""


def sample_density(lesion: Component, ct: Volume) -> NDArray[np.float64]:
    """Return the CT's values (HU) at the voxels of a lesion, NaN outside its field and in its padding.

    Each voxel takes the nearest voxel of the CT, and nothing is interpolated: that would smooth the noise, and so the
    standard deviation. On the CT's own grid, where contours usually lie, these are the CT's own voxels.
    """
    hu = resample(ct, lesion.grid, "nearest", outside=math.nan).array[lesion.inside].astype(np.float64)
    hu[hu < AIR_HU] = math.nan
    return hu


def density_measures(lesions: Sequence[NDArray[np.float64]]) -> dict[str, float]:
    """Return `ct_coverage`, `ct_mean_hu` and `ct_sd_hu` (of the voxels, n in the denominator) of sampled lesions."""
    hu = np.concatenate(lesions)
    values = hu[np.isfinite(hu)]
    if not len(values):
        return no_density() | {"ct_coverage": 0.0}
    return {"ct_coverage": len(values) / len(hu), "ct_mean_hu": float(values.mean()), "ct_sd_hu": float(values.std())}


def no_density() -> dict[str, float]:
    """Return the measures without a lesion, or without a CT."""
    return dict.fromkeys(("ct_coverage", "ct_mean_hu", "ct_sd_hu"), math.nan)
