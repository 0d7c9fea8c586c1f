"""Whether probabilities mean what they say: reliability bins, expected calibration error, calibration line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from scipy.special import logit, ndtri

from hyoid.errors import HyoidError
from hyoid.metrics.confusion import Bools
from hyoid.metrics.draws import Floats
from hyoid.metrics.logistic import fit_logistic, fit_offset

Binning = Literal["equal_width", "equal_count"]

LEAST_PROBABILITY = 1e-6
"""Probabilities are held so far from 0 and 1, which have no logit and often are only rounded."""

MINIMUM_FOR_SHARE = 5
"""Fewest patients of a center for which its share is given an interval: of one, it would span nearly everything."""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The cases whose probability lies in one bin.

    `low` and `high` are the bin's bounds (equal width), or its least and greatest probability (equal count).
    `observed` is the share of positives, with its Wilson interval `observed_low` to `observed_high`.
    """

    low: float
    high: float
    n: int
    mean_probability: float
    observed: float
    observed_low: float
    observed_high: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CalibrationLine:
    """Logistic recalibration: logit P(positive) = intercept + slope * logit(probability).

    Slope 1 and intercept 0 are perfect; a slope below 1 means probabilities that are too extreme. `in_the_large` is the
    intercept where the slope is held at 1: above 0, probabilities are too low on the whole. Cox 1958; Van Calster et
    al., BMC Medicine 2019.
    """

    slope: float
    intercept: float
    in_the_large: float

    def to_dict(self) -> dict[str, float]:
        """Return the fields as plain types."""
        return asdict(self)


def wilson_interval(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share; NaN, NaN of no cases. Wilson, JASA 1927."""
    if n == 0:
        return math.nan, math.nan
    z = float(ndtri((1 + level) / 2))
    share = successes / n
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # at the ends the bound is exact, and must not miss 0 or 1 by rounding
    return (0.0 if successes == 0 else center - half), (1.0 if successes == n else center + half)


def share_interval(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a share of `MINIMUM_FOR_SHARE` cases or more; NaN, NaN of fewer."""
    return wilson_interval(successes, n, level) if n >= MINIMUM_FOR_SHARE else (math.nan, math.nan)


def reliability_bins(
    truth: Bools, probability: Floats, bins: int = 10, binning: Binning = "equal_width", level: float = 0.95
) -> tuple[ReliabilityBin, ...]:
    """Sort cases into bins of probability; bins without a case are left out.

    Parameters
    ----------
    truth, probability
        (n,) of bool, and (n,) in 0..1.
    bins
        Number of bins. Bins of equal width hold their lower bound, and the last one 1 as well.
    binning
        `equal_width`, or `equal_count`: parts of the sorted cases that differ by one case at most. Cases of the same
        probability stay together in the bin of the first of them, so counts may differ by more.
    level
        Level of the Wilson intervals.

    Raises
    ------
    HyoidError
        If `bins` is less than 1.
    """
    if bins < 1:
        raise HyoidError.of(f"{bins} bins", "1 or more", "Give another number.")
    if binning == "equal_width":
        place = np.minimum((probability * bins).astype(int), bins - 1)
        bounds = [(k / bins, (k + 1) / bins) for k in range(bins)]
        parts = [(bounds[k], place == k) for k in range(bins)]
    else:
        # ranks of the first case of each probability, so that equal probabilities share a bin
        rank = np.searchsorted(np.sort(probability), probability)
        place = rank * bins // max(len(probability), 1)
        chosen = [place == k for k in np.unique(place)]
        parts = [((float(probability[own].min()), float(probability[own].max())), own) for own in chosen]
    return tuple(_bin(truth[own], probability[own], bounds, level) for bounds, own in parts if own.any())


def expected_calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Return the mean distance of observed share and mean probability, bins weighted by cases; NaN of no bins."""
    if not bins:
        return math.nan
    return sum(b.n * abs(b.observed - b.mean_probability) for b in bins) / sum(b.n for b in bins)


def calibration_line(truth: Bools, probability: Floats) -> CalibrationLine:
    """Fit slope and intercept of the logistic recalibration by Newton's method, without penalty.

    Probabilities are held within 1e-6 of 0 and 1. Where one class is absent all three numbers are NaN; where the
    probabilities separate the classes, or are all the same, slope and intercept are NaN.
    """
    if truth.all() or not truth.any():
        return CalibrationLine(math.nan, math.nan, math.nan)
    logits: Floats = logit(np.clip(probability, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY))
    target = truth.astype(np.float64)
    in_the_large = fit_offset(logits, target)
    if logits[truth].min() >= logits[~truth].max() or logits[truth].max() <= logits[~truth].min():
        return CalibrationLine(math.nan, math.nan, in_the_large)
    intercept, slope = fit_logistic(np.column_stack([np.ones_like(logits), logits]), target)
    return CalibrationLine(float(slope), float(intercept), in_the_large)


def _bin(truth: Bools, probability: Floats, bounds: tuple[float, float], level: float) -> ReliabilityBin:
    positives, n = int(np.count_nonzero(truth)), len(truth)
    low, high = wilson_interval(positives, n, level)
    return ReliabilityBin(*bounds, n, float(probability.mean()), positives / n, low, high)
