"""Percentile bootstrap over patients, for statistics that are made of sums over cases or of weights of cases.

The statistic is computed anew from each resample. Ratios of cases are never averaged, so an aggregated
Dice or F1 gets the interval of the aggregated measure itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from hyoid.errors import HyoidError
from hyoid.metrics.draws import Bootstrap, Floats, WeightedStatistic, draw_values

Statistic = Callable[[Floats], Floats]
"""From sums over cases (..., k) to values (...); NaN where a value is undefined."""

MINIMUM_CASES = 2
"""Fewest cases that count for which an interval is given: of one, every resample is the same."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and its percentile interval.

    `n` is the number of cases that count in the value; `undefined` the number of resamples in which the statistic
    did not exist (they are left out of the percentiles). Both bounds are NaN where fewer than `MINIMUM_CASES` cases
    count, or no replicates were asked for.
    """

    value: float
    low: float
    high: float
    n: int
    level: float
    replicates: int
    undefined: int

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        return asdict(self)

    def __str__(self) -> str:
        if math.isnan(self.value):
            return "undefined"
        if math.isnan(self.low):
            return f"{self.value:.3f}"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def ratio(sums: Floats) -> Floats:
    """Divide the first of two sums (..., 2) by the second; 0/0 is NaN, that is undefined."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient: Floats = np.where(sums[..., 1] == 0, np.nan, sums[..., 0] / sums[..., 1])
    return quotient


def of_share(interval: Interval) -> Interval:
    """Return the interval of a share, or of a mean of shares, without bounds where all resamples agree by necessity.

    They do where the share is none or all, where every lesion is missed (a Dice of 0 in each), and where every patient
    is called alike (a balanced accuracy of 0.5 in each).
    """
    agree = interval.value in {0.0, 1.0} or interval.low == interval.high
    return replace(interval, low=math.nan, high=math.nan) if agree else interval


def bootstrap_interval(
    sums: Floats,
    statistic: Statistic = ratio,
    settings: Bootstrap | None = None,
    strata: Sequence[Any] | None = None,
    n: int | None = None,
) -> Interval:
    """Compute a statistic of sums over cases and its percentile interval over patients.

    Parameters
    ----------
    sums
        (n cases, k): what each case adds to each sum.
    statistic
        From sums (..., k) to values (...); vectorised over the leading axes.
    settings
        Replicates, level, seed.
    strata
        One label per case (its center): each resample then draws as many cases from every stratum as it has.
    n
        Number of cases that count, where cases may add nothing; otherwise all.

    Raises
    ------
    HyoidError
        If `sums` is not (n, k) with n >= 1 and finite, or `strata` has another length.
    """
    sums = _checked(sums)
    return weighted_interval(lambda weights: statistic(weights @ sums), len(sums), settings, strata, n)


def paired_interval(
    first: Floats,
    second: Floats,
    statistic: Statistic = ratio,
    settings: Bootstrap | None = None,
    strata: Sequence[Any] | None = None,
    n: int | None = None,
) -> Interval:
    """Compute statistic(first) - statistic(second) of two systems on the same cases, and its interval.

    Each resample draws the same patients for both, so what is hard for both cancels. Parameters as in
    `bootstrap_interval`; row i of `first` and of `second` is the same case.

    Raises
    ------
    HyoidError
        If the shapes differ, or as `bootstrap_interval`.
    """
    first, second = _checked(first), _checked(second)
    if first.shape != second.shape:
        raise HyoidError.of(
            f"{first.shape} and {second.shape} sums", "the same cases for both systems", "Align the cases."
        )

    def difference(weights: Floats) -> Floats:
        return statistic(weights @ first) - statistic(weights @ second)

    return weighted_interval(difference, len(first), settings, strata, n)


def weighted_interval(
    statistic: WeightedStatistic,
    n_cases: int,
    settings: Bootstrap | None = None,
    strata: Sequence[Any] | None = None,
    n: int | None = None,
) -> Interval:
    """Compute a statistic that is no function of sums, such as one of pairs of cases, and its percentile interval.

    The resamples are those of `bootstrap_interval` with the same settings. The difference of two such statistics of the
    same cases is one too, so `lambda weights: first(weights) - second(weights)` gives the paired interval.

    Parameters
    ----------
    statistic
        From weights (replicates, n cases) to values (replicates,).
    n_cases
        Number of cases.
    settings, strata, n
        As in `bootstrap_interval`.

    Raises
    ------
    HyoidError
        If there is no case, or `strata` has another length.
    """
    settings = settings or Bootstrap()
    value, drawn = draw_values(statistic, n_cases, settings, strata)
    return interval_of(float(value), drawn, settings, n_cases if n is None else n)


def _checked(sums: Floats) -> Floats:
    sums = np.asarray(sums, dtype=np.float64)
    if sums.ndim != 2 or len(sums) == 0 or not np.isfinite(sums).all():
        raise HyoidError.of(
            f"sums of shape {sums.shape}, {int(np.count_nonzero(~np.isfinite(sums)))} of them not finite",
            "finite sums of shape (cases, k) for one case or more",
            "Give 0 for what a case does not add.",
        )
    return sums


def interval_of(value: float, drawn: Floats, settings: Bootstrap, n: int) -> Interval:
    """Return the value with the percentiles of what was drawn (replicates,); NaN there is undefined and left out."""
    defined = drawn[~np.isnan(drawn)]
    tail = (1 - settings.level) / 2
    enough = len(defined) > 0 and n >= MINIMUM_CASES
    low, high = np.quantile(defined, [tail, 1 - tail]) if enough else (math.nan, math.nan)
    undefined = len(drawn) - len(defined)
    return Interval(value, float(low), float(high), n, settings.level, settings.replicates, undefined)
