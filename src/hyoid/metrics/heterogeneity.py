"""Whether values of several centers differ by more than their own noise, and what that says of one more center."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtri, stdtrit

from hyoid.errors import HyoidError
from hyoid.metrics.draws import Floats


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """A random-effects summary of k values by inverse variance.

    Parameters
    ----------
    centers
        k; with fewer than two, all numbers but `mean` are NaN.
    q, p_value
        Cochran's Q and its p-value by the chi-square distribution of k - 1 degrees of freedom. With few centers a large
        p-value says little.
    i_squared
        Share of the variance between values that is more than their noise, 0 to 1.
    tau
        Standard deviation of the true values between centers (DerSimonian and Laird 1986).
    mean, low, high
        Mean of the true values, and its interval.
    new_low, new_high
        Where the true value of one more center, drawn as these were, is expected (Higgins, Thompson and Spiegelhalter
        2009); of three centers or more.
    """

    centers: int
    q: float
    p_value: float
    i_squared: float
    tau: float
    mean: float
    low: float
    high: float
    new_low: float
    new_high: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        return asdict(self)


def heterogeneity(values: ArrayLike, standard_errors: ArrayLike, level: float = 0.95) -> Heterogeneity:
    """Compare and join values (k,) by their standard errors (k,).

    Parameters
    ----------
    values, standard_errors
        Finite numbers; the errors above 0. A center without either is left out beforehand.
    level
        Of both intervals.

    Raises
    ------
    HyoidError
        If the lengths differ, a number is not finite, or an error is not above 0.
    """
    value, error = np.asarray(values, np.float64), np.asarray(standard_errors, np.float64)
    if value.ndim != 1 or value.shape != error.shape or not (np.isfinite(value) & np.isfinite(error)).all():
        raise HyoidError.of(
            f"values of shape {value.shape} and standard errors of shape {error.shape}",
            "a finite one of each for every center",
            "Leave centers out that have none.",
        )
    if not (error > 0).all():
        raise HyoidError.of("a standard error that is not above 0", "the spread of each value", "Leave it out.")
    nan = math.nan
    if len(value) < 2:
        mean = float(value[0]) if len(value) else nan
        return Heterogeneity(len(value), nan, nan, nan, nan, mean, nan, nan, nan, nan)
    weight, freedom = error**-2.0, len(value) - 1
    fixed = float(weight @ value / weight.sum())
    q = float(weight @ (value - fixed) ** 2)
    excess = weight.sum() - (weight**2).sum() / weight.sum()
    tau_squared = max(0.0, (q - freedom) / float(excess))
    mean, of_mean = _random_effects(value, error, tau_squared)
    half = float(ndtri((1 + level) / 2)) * of_mean
    new = nan
    if len(value) > 2:
        new = float(stdtrit(len(value) - 2, (1 + level) / 2)) * math.sqrt(tau_squared + of_mean**2)
    return Heterogeneity(
        centers=len(value),
        q=q,
        p_value=float(chdtrc(freedom, q)),
        i_squared=max(0.0, (q - freedom) / q) if q > 0 else 0.0,
        tau=math.sqrt(tau_squared),
        mean=mean,
        low=mean - half,
        high=mean + half,
        new_low=mean - new,
        new_high=mean + new,
    )


def _random_effects(value: Floats, error: Floats, tau_squared: float) -> tuple[float, float]:
    """Return the mean by inverse variance with the variance between centers in it, and its standard error."""
    weight = 1 / (error**2 + tau_squared)
    return float(weight @ value / weight.sum()), float(weight.sum() ** -0.5)
