"""Many comparisons at once: what is left of a small p-value when so many were looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hyoid.errors import HyoidError
from hyoid.metrics.draws import Floats


def holm(p_values: ArrayLike) -> Floats:
    """Return Holm's adjusted p-values, in the order given.

    Below a level they are so seldom by chance, in any of the family, as the level says, however the tests depend on
    each other. Holm, Scandinavian Journal of Statistics 1979. NaN is no test: it stays NaN and does not count.

    Parameters
    ----------
    p_values
        (k,) in 0..1, or NaN.

    Raises
    ------
    HyoidError
        If a number is not in 0..1.
    """
    p = np.asarray(p_values, np.float64)
    found = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    if p.ndim != 1 or ((p[tested] < 0) | (p[tested] > 1)).any():
        raise HyoidError.of(f"p-values {p.tolist()}", "a list of numbers from 0 to 1", "Check the tests.")
    order = tested[np.argsort(p[tested], kind="stable")]
    multiplied = p[order] * np.arange(len(order), 0, -1)
    found[order] = np.minimum(np.maximum.accumulate(multiplied), 1.0)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class SimultaneousTests:
    """Tests that k differences are 0, from their bootstrap distribution; all arrays are (k,).

    Parameters
    ----------
    standard_error
        Standard deviation of the resamples.
    p_value
        Of each difference alone: how often a resample lies as far from the difference as this from 0.
    p_max_t
        Of each difference among all: how often the greatest studentised deviation of a resample reaches it.
    low, high
        Bounds that hold for all k at once, from the same greatest deviations.
    """

    standard_error: Floats
    p_value: Floats
    p_max_t: Floats
    low: Floats
    high: Floats


def simultaneous_tests(difference: Floats, drawn: Floats, level: float = 0.95) -> SimultaneousTests:
    """Test k differences with the single-step max-T method over bootstrap resamples.

    The resamples are moved to the null by subtracting the difference. As the k are drawn together, their dependence is
    kept, and the bounds are narrower than Bonferroni's where systems agree. Westfall and Young 1993. A p-value is never
    below 1 / (resamples + 1).

    Parameters
    ----------
    difference
        (k,) of the patients as they are.
    drawn
        (replicates, k); a resample in which one is NaN is left out.
    level
        Of the bounds.

    Returns
    -------
    SimultaneousTests
        All NaN for a difference that is NaN, or that no resample varies. Without two resamples all are NaN.
    """
    nothing = np.full(difference.shape, np.nan)
    defined = ~np.isnan(difference)
    kept = drawn[:, defined]
    kept = kept[~np.isnan(kept).any(axis=1)]
    if len(kept) < 2 or not defined.any():
        return SimultaneousTests(*(nothing.copy() for _ in range(5)))
    error = nothing.copy()
    error[defined] = kept.std(axis=0, ddof=1)
    varied = defined & (error > _trace(difference))
    if not varied.any():
        return SimultaneousTests(error, *(nothing.copy() for _ in range(4)))
    deviation = np.abs(kept[:, varied[defined]] - difference[varied]) / error[varied]
    seen = np.abs(difference[varied]) / error[varied]
    greatest = deviation.max(axis=1)
    p_value, p_max_t, low, high = (nothing.copy() for _ in range(4))
    p_value[varied] = _p(deviation, seen)
    p_max_t[varied] = _p(greatest[:, np.newaxis], seen)
    half = float(np.quantile(greatest, level)) * error[varied]
    low[varied], high[varied] = difference[varied] - half, difference[varied] + half
    return SimultaneousTests(error, p_value, p_max_t, low, high)


def _p(null: Floats, seen: Floats) -> Floats:
    """Share of the null at or above what was seen, which counts as one draw of it."""
    reached = np.count_nonzero(null >= seen * (1 - 1e-12), axis=0)
    found: Floats = (1.0 + reached) / (1.0 + len(null))
    return found


def _trace(difference: Floats) -> float:
    """So much spread may come from rounding alone."""
    return 1e-12 * max(1.0, float(np.nanmax(np.abs(difference), initial=0.0))) if len(difference) else math.inf
