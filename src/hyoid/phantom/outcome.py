"""Recurrence-free survival: Weibull proportional hazards, staggered entry, five years of follow-up."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import CohortError
from hyoid.phantom.centers import Center

DAYS_PER_YEAR = 365.25
FOLLOW_UP_DAYS = 5 * DAYS_PER_YEAR
ACCRUAL_YEARS = 4.0
"""Patients enter evenly over this time; the study closes five years after the last but one year of entry."""
WEIBULL_SHAPE = 0.95
"""Below 1: most recurrences come in the first two years."""

EVENT_RATES = (0.01, 0.9)
"""Least and greatest share of seen events that can be asked for."""

SCALE = 1.25
COEFFICIENTS = {
    "hpv": -0.8,
    "tobacco": 0.3,
    "performance_status": 0.35,
    "m1": 0.9,
    "age": 0.15,
    "log_mtv": 0.45,
    "heterogeneity": 0.3,
    "three_or_more_nodes": 0.5,
}
"""Log-hazard per unit of each factor, all times `SCALE`; age, log MTV and heterogeneity are standardised."""

RECORD_FACTORS = ("tobacco", "performance_status", "m1", "age")
"""The factors that stand in the clinical table."""

_STANDARD = {"age": (60.0, 9.5), "log_mtv": (math.log(16.0), 0.85), "heterogeneity": (math.log(0.23), 0.42)}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Truth of one patient's outcome; times in days since treatment."""

    event_days: float
    censoring_days: float

    @property
    def relapse(self) -> bool:
        """Whether the event is seen."""
        return self.event_days <= self.censoring_days

    @property
    def rfs_days(self) -> int:
        """The observed time, whole days, at least one."""
        return max(1, round(min(self.event_days, self.censoring_days)))


def standardised(name: str, value: float) -> float:
    """Return a factor on the scale of `COEFFICIENTS`; MTV (mL) and heterogeneity are given as logarithms."""
    mean, sigma = _STANDARD[name]
    return (value - mean) / sigma


def linear_predictor(factors: dict[str, float]) -> float:
    """Return the log-hazard of `factors` (a subset gives that subset's part)."""
    return SCALE * sum(COEFFICIENTS[name] * value for name, value in factors.items())


def draw_censoring(rng: np.random.Generator, center: Center) -> float:
    """Days until the follow-up of a patient ends: end of study, five years, or loss, whichever is first."""
    entry = rng.uniform(0.0, ACCRUAL_YEARS)
    closure = (5.0 + ACCRUAL_YEARS - 1.0 - entry) * DAYS_PER_YEAR
    lost = rng.exponential(center.follow_up_years * DAYS_PER_YEAR)
    return float(max(30.0, min(FOLLOW_UP_DAYS, closure, lost)))


def event_time(uniform: float, log_hazard: float, baseline: float) -> float:
    """Invert the survival function exp(-baseline t^shape exp(log_hazard)) at a uniform draw; t in days."""
    return float((-math.log(uniform) / (baseline * math.exp(log_hazard))) ** (1.0 / WEIBULL_SHAPE))


def calibrate_baseline(
    log_hazard: NDArray[np.float64], censoring_days: NDArray[np.float64], event_rate: float
) -> float:
    """Return the baseline hazard (per day^shape) at which the expected share of seen events is `event_rate`.

    Raises
    ------
    CohortError
        If `event_rate` lies outside `EVENT_RATES`.
    """
    least, greatest = EVENT_RATES
    if not least <= event_rate <= greatest:
        raise CohortError.of(f"an event rate of {event_rate:g}", f"{least:g} to {greatest:g}", "Choose another.")
    exposure = censoring_days**WEIBULL_SHAPE * np.exp(log_hazard)
    low, high = -40.0, 10.0
    for _ in range(80):
        middle = (low + high) / 2
        share = float(np.mean(1.0 - np.exp(-np.exp(middle) * exposure)))
        low, high = (middle, high) if share < event_rate else (low, middle)
    return math.exp((low + high) / 2)
