"""Distances between surfaces: HD95 and the surface Dice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from hyoid.geometry import Triple
from hyoid.metrics.labels import Mask, cut_to_content
from hyoid.metrics.overlap import check_same_shape
from hyoid.metrics.surfels import surfels

SURFACE_TOLERANCE_MM = 2.0
"""Distance up to which two surfaces count as the same in the surface Dice."""


class Surface(StrEnum):
    """What a surface is made of.

    - `SURFELS` (default): marching-cubes elements at voxel corners, weighted by their area (Nikolov et al. 2018;
      DeepMind's `surface-distance`). Right for anisotropic voxels.
    - `VOXELS`: voxels of the mask with a background face neighbour, each of weight one, percentiles interpolated
      linearly (MONAI, medpy). Beyond the array is background.
    """

    SURFELS = "surfels"
    VOXELS = "voxels"


@dataclass(frozen=True, slots=True)
class SurfaceScores:
    """Surface agreement of one structure in one case.

    ==================== ========== ============================ ============================
    measure              both empty truth empty, prediction not  prediction empty, truth not
    ==================== ========== ============================ ============================
    `hd95_mm`            NaN        NaN                          NaN
    `surface_dice`       NaN        NaN                          0
    ==================== ========== ============================ ============================

    A distance to nothing does not exist, so a missed lesion leaves the mean of HD95, and is counted beside it
    instead of being given an invented distance. The share of surface found is 0 then, and stays in.
    """

    hd95_mm: float
    surface_dice: float


def surface_scores(
    truth: Mask,
    prediction: Mask,
    spacing_mm: Triple,
    tolerance_mm: float = SURFACE_TOLERANCE_MM,
    surface: Surface = Surface.SURFELS,
) -> SurfaceScores:
    """Measure HD95 and the surface Dice of two masks.

    HD95 is the larger of the two directed 95th percentiles of the distance from each element of one surface to the
    nearest element of the other; the surface Dice is the share of both surfaces that lies within `tolerance_mm` of
    the other. Nearest elements come from a k-d tree over the few surface elements instead of a distance transform of
    the whole image.

    Parameters
    ----------
    truth, prediction
        Masks (z, y, x) on one grid.
    spacing_mm
        Voxel spacing (x, y, z) in mm, as in `Grid.spacing`.
    tolerance_mm
        Tolerance of the surface Dice, mm.
    surface
        The kind of surface element.

    References
    ----------
    Nikolov et al., "Deep learning to achieve clinically applicable segmentation of head and neck anatomy for
    radiotherapy", arXiv 1809.04430, 2018.
    """
    check_same_shape(truth, prediction)
    if not truth.any():
        return SurfaceScores(math.nan, math.nan)
    if not prediction.any():
        return SurfaceScores(math.nan, 0.0)
    truth, prediction = cut_to_content(truth, prediction)
    to_elements = surfels if surface is Surface.SURFELS else border_voxels
    here, here_weight = to_elements(truth, spacing_mm)
    there, there_weight = to_elements(prediction, spacing_mm)
    forth, _ = cKDTree(there).query(here)
    back, _ = cKDTree(here).query(there)
    weighted = surface is Surface.SURFELS
    hd95_mm = max(_percentile(forth, here_weight, 95, weighted), _percentile(back, there_weight, 95, weighted))
    near = here_weight[forth <= tolerance_mm].sum() + there_weight[back <= tolerance_mm].sum()
    return SurfaceScores(hd95_mm, float(near / (here_weight.sum() + there_weight.sum())))


def border_voxels(mask: Mask, spacing_mm: Triple) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return centres (n, 3) as (z, y, x) in mm, and weights one (n,), of voxels with a background face neighbour."""
    border = mask & ~ndimage.binary_erosion(mask)
    centres = np.column_stack(np.nonzero(border)) * np.asarray(spacing_mm[::-1])
    return centres, np.ones(len(centres))


def _percentile(distances: NDArray[np.float64], weights: NDArray[np.float64], percent: float, weighted: bool) -> float:
    if not weighted:
        return float(np.percentile(distances, percent))
    order = np.argsort(distances)
    share = np.cumsum(weights[order]) / weights.sum()
    position = min(int(np.searchsorted(share, percent / 100)), len(distances) - 1)
    return float(distances[order[position]])
