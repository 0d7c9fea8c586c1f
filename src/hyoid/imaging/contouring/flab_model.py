"""The statistics of FLAB: two hard classes, fuzzy levels between them, and their parameters by stochastic EM."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Values = NDArray[np.float64]

FUZZY_LEVELS = (1 / 3, 2 / 3)
"""Shares of the lesion in a fuzzy voxel that are told apart."""

PRIOR_CUBE = 3
"""Voxels along each edge of the cube in which a voxel's priors are counted."""

BURN_IN, KEPT = 50, 50
"""Iterations of the stochastic EM that are thrown away, and those over which its estimates are averaged."""

_LEAST_VARIANCE = 1e-6
"""Part of the box's variance below which no class's variance falls: a class of equal values still has a density."""


@dataclass(frozen=True, slots=True, eq=False)
class FlabModel:
    """What stochastic EM estimated.

    Parameters
    ----------
    means, variances
        Of the hard classes, background first.
    priors
        (2, z, y, x): each voxel's prior of being hard background and hard lesion; what is left to 1 is fuzzy.
    """

    means: tuple[float, float]
    variances: tuple[float, float]
    priors: Values


def start_model(values: Values) -> FlabModel:
    """Return the first estimate: two-means of the values from their extremes, and priors of a third."""
    means = np.array([values.min(), values.max()])
    lesion = values > means.mean()
    while True:
        means = np.array([values[~lesion].mean(), values[lesion].mean()])
        following = values > means.mean()
        if np.array_equal(following, lesion):
            break
        lesion = following
    floor = _LEAST_VARIANCE * float(values.var())
    variances = (max(float(values[~lesion].var()), floor), max(float(values[lesion].var()), floor))
    return FlabModel((float(means[0]), float(means[1])), variances, np.full((2, *values.shape), 1 / 3))


def density(values: Values, model: FlabModel, level: float) -> Values:
    """Return the normal density of each value where the lesion's share is `level`.

    A fuzzy value is (1 - level) of the background's and `level` of the lesion's, which are independent and normal.
    """
    mean = (1 - level) * model.means[0] + level * model.means[1]
    variance = (1 - level) ** 2 * model.variances[0] + level**2 * model.variances[1]
    return np.asarray(np.exp(-((values - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance))


def posterior(values: Values, model: FlabModel) -> Values:
    """Return (3, z, y, x): each voxel's probability of hard background, fuzzy, and hard lesion.

    The density of the fuzzy part is the mean over its levels: the share of the lesion is uniform between 0 and 1.
    """
    fuzzy = np.mean([density(values, model, level) for level in FUZZY_LEVELS], axis=0)
    weights = np.stack(
        [
            model.priors[0] * density(values, model, 0.0),
            (1 - model.priors.sum(axis=0)) * fuzzy,
            model.priors[1] * density(values, model, 1.0),
        ]
    )
    weights = np.maximum(weights, 0.0)  # 1 - (p0 + p1) may be -1e-17
    total = weights.sum(axis=0)
    lost = total <= 0  # farther from all classes than double precision tells
    if lost.any():
        nearest = np.abs(values[lost] - model.means[0]) > np.abs(values[lost] - model.means[1])
        weights[:, lost] = np.stack([~nearest, np.zeros_like(nearest), nearest])
        total = weights.sum(axis=0)
    return np.asarray(weights / total)


def fit_model(values: Values, seed: int) -> FlabModel:
    """Estimate means, variances and local priors by stochastic EM; the same seed gives the same model."""
    rng = np.random.default_rng(seed)
    model = start_model(values)
    floor = _LEAST_VARIANCE * float(values.var())
    kept: list[FlabModel] = []
    for iteration in range(BURN_IN + KEPT):
        model = _following(values, model, rng.random(values.shape), floor)
        if iteration >= BURN_IN:
            kept.append(model)
    means, variances = (
        tuple(float(v) for v in np.mean([getattr(each, name) for each in kept], axis=0))
        for name in ("means", "variances")
    )
    priors = np.mean([each.priors for each in kept], axis=0)
    return FlabModel((means[0], means[1]), (variances[0], variances[1]), priors)


def _following(values: Values, model: FlabModel, uniform: Values, floor: float) -> FlabModel:
    """Draw each voxel's class from its posterior and estimate the parameters from what was drawn."""
    probability = posterior(values, model)
    hard = (uniform < probability[0], uniform >= probability[0] + probability[1])
    means, variances = list(model.means), list(model.variances)
    for at, drawn in enumerate(hard):
        if np.count_nonzero(drawn) > 1:  # else the class keeps its parameters
            means[at] = float(values[drawn].mean())
            variances[at] = max(float(values[drawn].var()), floor)
    priors = np.stack([local_share(drawn) for drawn in hard])
    return FlabModel((means[0], means[1]), (variances[0], variances[1]), priors)


def local_share(drawn: NDArray[np.bool_]) -> Values:
    """Return the share of `drawn` voxels in the cube around each voxel, of those of the cube that lie in the array."""
    cube = np.ones(PRIOR_CUBE)
    counts, present = drawn.astype(np.float64), np.ones(drawn.shape)
    for axis in range(3):
        counts = ndimage.correlate1d(counts, cube, axis=axis, mode="constant")
        present = ndimage.correlate1d(present, cube, axis=axis, mode="constant")
    return np.asarray(counts / present)
