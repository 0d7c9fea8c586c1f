"""Percentile bootstrap over patients, for statistics that are made of sums over cases or of weights of cases.

The statistic is computed anew from each resample. Ratios of cases are never averaged, so an aggregated
Dice or F1 gets the interval of the aggregated measure itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hyoid.errors import HyoidError
from hyoid.settings import Settings

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""From sums over cases (..., k) to values (...); NaN where a value is undefined."""

WeightedStatistic = Callable[[Floats], Floats]
"""From weights (replicates, n cases), how often each case counts, to values (replicates,); NaN where undefined."""

MINIMUM_CASES = 2
"""Fewest cases that count for which an interval is given: of one, every resample is the same."""

_WEIGHTS_PER_CHUNK = 4_000_000


class Bootstrap(Settings):
    """How intervals are drawn: patients with replacement, and percentiles of what comes out.

    `replicates` 0 gives no interval, only the value.
    """

    replicates: int = Field(2000, ge=0)
    level: float = Field(0.95, gt=0, lt=1)
    seed: int = Field(0, ge=0)


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
    settings = settings or Bootstrap()
    sums = _checked(sums)
    drawn = np.concatenate(
        [statistic(weights @ sums) for weights in resamples(len(sums), settings, strata)] or [np.zeros(0)]
    )
    return interval_of(float(statistic(sums.sum(axis=0))), drawn, settings, len(sums) if n is None else n)


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
    settings = settings or Bootstrap()
    first, second = _checked(first), _checked(second)
    if first.shape != second.shape:
        raise HyoidError.of(
            f"{first.shape} and {second.shape} sums", "the same cases for both systems", "Align the cases."
        )
    drawn = np.concatenate(
        [
            statistic(weights @ first) - statistic(weights @ second)
            for weights in resamples(len(first), settings, strata)
        ]
        or [np.zeros(0)]
    )
    value = float(statistic(first.sum(axis=0)) - statistic(second.sum(axis=0)))
    return interval_of(value, drawn, settings, len(first) if n is None else n)


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
    if n_cases < 1:
        raise HyoidError.of("no case", "one case or more", "Check what was selected.")
    drawn = np.concatenate([statistic(weights) for weights in resamples(n_cases, settings, strata)] or [np.zeros(0)])
    value = float(statistic(np.ones((1, n_cases)))[0])
    return interval_of(value, drawn, settings, n_cases if n is None else n)


def _checked(sums: Floats) -> Floats:
    sums = np.asarray(sums, dtype=np.float64)
    if sums.ndim != 2 or len(sums) == 0 or not np.isfinite(sums).all():
        raise HyoidError.of(
            f"sums of shape {sums.shape}, {int(np.count_nonzero(~np.isfinite(sums)))} of them not finite",
            "finite sums of shape (cases, k) for one case or more",
            "Give 0 for what a case does not add.",
        )
    return sums


def resamples(n_cases: int, settings: Bootstrap, strata: Sequence[Any] | None) -> Iterator[Floats]:
    """Yield how often each case was drawn, in chunks (replicates, n cases) of bounded size."""
    if strata is not None and len(strata) != n_cases:
        raise HyoidError.of(f"{len(strata)} strata", f"one for each of {n_cases} cases", "Align the cases.")
    labels = [str(label) for label in strata] if strata is not None else [""] * n_cases
    groups = [np.array([i for i, own in enumerate(labels) if own == label]) for label in sorted(set(labels))]
    generator = np.random.default_rng(settings.seed)
    size = max(1, _WEIGHTS_PER_CHUNK // n_cases)
    for start in range(0, settings.replicates, size):
        weights = np.zeros((min(size, settings.replicates - start), n_cases))
        for group in groups:
            shares = np.full(len(group), 1 / len(group))
            weights[:, group] = generator.multinomial(len(group), shares, size=len(weights))
        yield weights


def interval_of(value: float, drawn: Floats, settings: Bootstrap, n: int) -> Interval:
    """Return the value with the percentiles of what was drawn (replicates,); NaN there is undefined and left out."""
    defined = drawn[~np.isnan(drawn)]
    tail = (1 - settings.level) / 2
    enough = len(defined) > 0 and n >= MINIMUM_CASES
    low, high = np.quantile(defined, [tail, 1 - tail]) if enough else (math.nan, math.nan)
    undefined = len(drawn) - len(defined)
    return Interval(value, float(low), float(high), n, settings.level, settings.replicates, undefined)
