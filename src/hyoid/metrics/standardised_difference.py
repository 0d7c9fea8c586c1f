"""How far two groups of patients lie apart in one feature, in its own standard deviations, whatever their number."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from hyoid.metrics.draws import Floats


def standardised_difference(first: ArrayLike, second: ArrayLike) -> float:
    """Return (mean of first - mean of second) / root of the mean of both variances.

    NaN where a group has fewer than two values, or neither varies. Unlike a p-value it does not grow with n; 0.1 is
    often called small, 0.5 large. Austin, Statistics in Medicine 2009.

    Parameters
    ----------
    first, second
        (n,) and (m,) finite numbers.
    """
    one, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if min(len(one), len(other)) < 2:
        return math.nan
    spread = math.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2)
    largest = max(float(np.abs(one).max()), float(np.abs(other).max()))
    # rounding of the mean leaves a trace of spread in a constant
    return float(one.mean() - other.mean()) / spread if spread > 1e-12 * largest else math.nan


def standardised_difference_of_shares(first: ArrayLike, second: ArrayLike) -> float:
    """Return the distance of two distributions over categories, 0 or more: Mahalanobis' of their shares.

    Of two categories it is |p - q| / root of the mean of p (1 - p) and q (1 - q). NaN where a group is empty, or one
    holds only categories that the other does not have at all. Yang and Dalton, SAS Global Forum 2012.

    Parameters
    ----------
    first, second
        (c,) counts of the same categories in both groups.
    """
    one, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if min(one.sum(), other.sum()) == 0 or not ((one > 0) & (other > 0)).any():
        return math.nan
    kept = one + other > 0
    p, q = one[kept] / one.sum(), other[kept] / other.sum()
    apart = (p - q)[1:]
    covariance = (_covariance(p) + _covariance(q))[1:, 1:] / 2
    return math.sqrt(max(0.0, float(apart @ np.linalg.pinv(covariance) @ apart)))


def _covariance(share: Floats) -> Floats:
    found: Floats = np.diag(share) - np.outer(share, share)
    return found
