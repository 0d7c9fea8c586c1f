"""Intervals of calibration slope and calibration in the large, from the likelihood."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri, logit

from hyoid.metrics.confusion import Bools
from hyoid.metrics.draws import Floats
from hyoid.metrics.logistic import fit_offset
from hyoid.metrics.reliability import LEAST_PROBABILITY, CalibrationLine, calibration_line

_WIDEST = 2.0**20  # a bound farther off than so many units does not exist


@dataclass(frozen=True, slots=True)
class CalibrationIntervals:
    """The calibration line with intervals `(low, high)` of its slope and of its intercept at slope 1; NaN if undefined.

    The intervals hold the values whose likelihood ratio against the best is not significant. They need no resamples, of
    which many, in a small center, would hold one class only or separate the two.
    """

    line: CalibrationLine
    slope: tuple[float, float]
    in_the_large: tuple[float, float]
    level: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        return asdict(self)


def calibration_intervals(truth: Bools, probability: Floats, level: float = 0.95) -> CalibrationIntervals:
    """Fit the calibration line and its likelihood-ratio intervals.

    The interval of the slope is that of the profile likelihood: at each slope the intercept is the best one. It holds
    the noise of these patients alone, and not that of the model that was trained.

    Parameters
    ----------
    truth, probability
        (n,) of bool, and (n,) in 0..1.
    level
        Of the intervals.
    """
    line = calibration_line(truth, probability)
    nothing = (math.nan, math.nan)
    if math.isnan(line.in_the_large):
        return CalibrationIntervals(line, nothing, nothing, level)
    logits: Floats = logit(np.clip(probability, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY))
    target = truth.astype(np.float64)

    def at_intercept(intercept: float) -> float:
        return _likelihood(logits + intercept, target)

    def at_slope(slope: float) -> float:
        scaled = slope * logits
        return _likelihood(scaled + fit_offset(scaled, target), target)

    in_the_large = _bounds(at_intercept, line.in_the_large, level)
    slope = nothing if math.isnan(line.slope) else _bounds(at_slope, line.slope, level)
    return CalibrationIntervals(line, slope, in_the_large, level)


def _bounds(likelihood: Callable[[float], float], best: float, level: float) -> tuple[float, float]:
    """Return where a concave log-likelihood has fallen by half the quantile of chi-square, below and above its best."""
    floor = likelihood(best) - float(chdtri(1, 1 - level)) / 2

    def reached(sign: float) -> float:
        step = 0.125
        while likelihood(best + sign * step) > floor:
            step *= 2
            if step > _WIDEST:
                return math.nan
        return float(brentq(lambda value: likelihood(value) - floor, best, best + sign * step, xtol=1e-10))

    return reached(-1.0), reached(1.0)


def _likelihood(logits: Floats, target: Floats) -> float:
    return float(np.sum(target * logits - np.logaddexp(0, logits)))
