"""Up to which day the follow-up lets a question be answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hyoid.metrics.survival.cases import SurvivalCases
from hyoid.metrics.survival.kaplan_meier import censoring_curve
from hyoid.metrics.survival.observed import Observed

LEAST_UNCENSORED = 0.1
"""Least probability of not being censored by a horizon: below it one patient stands for more than ten."""

LEAST_AT_RISK = 10
"""Fewest patients followed up to a horizon, evaluated ones and, where they are known, of each training part."""

DEFAULT_HORIZONS = (365.0, 730.0, 1095.0, 1825.0)
"""One, two, three and five years, in days."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """A day that was asked for; `reason` says why no measure is given at it, and is empty where they are."""

    days: float
    reason: str = ""

    @property
    def answered(self) -> bool:
        """Whether measures are given at this horizon."""
        return not self.reason

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        return asdict(self) | {"answered": self.answered}


def check_horizon(cases: SurvivalCases, days: float) -> Horizon:
    """Return the horizon, with the reason if the patients are not followed for long enough to answer it."""
    followed = int(np.count_nonzero(cases.observed.days >= days))
    if followed < LEAST_AT_RISK:
        return Horizon(days, f"{followed} patients were followed for {days:g} days, fewer than {LEAST_AT_RISK}")
    for where, part in _parts(cases).items():
        at_risk, uncensored = np.count_nonzero(part.days >= days), float(censoring_curve(part).at(days))
        if at_risk < LEAST_AT_RISK:
            return Horizon(days, f"{at_risk} {where} were followed for {days:g} days, fewer than {LEAST_AT_RISK}")
        if uncensored < LEAST_UNCENSORED:
            found = f"the probability of not being censored by {days:g} days is {uncensored:.3f} among the {where}"
            return Horizon(days, f"{found}, below {LEAST_UNCENSORED:g}")
    return Horizon(days)


def latest_day(cases: SurvivalCases) -> float | None:
    """Return the latest time of an evaluated patient that is a horizon with an answer; None where there is none."""
    days = np.unique(cases.observed.days)
    # both conditions, once broken, stay so: the first day without an answer is found by bisection
    low, high = 0, len(days)
    while low < high:
        middle = (low + high) // 2
        if check_horizon(cases, float(days[middle])).answered:
            low = middle + 1
        else:
            high = middle
    return float(days[low - 1]) if low else None


def _parts(cases: SurvivalCases) -> dict[str, Observed]:
    """Return the patients that the distribution of censoring comes from, in words."""
    if cases.training is None:
        return {"evaluated patients": cases.observed}
    labels = sorted({str(label) for label in cases.fold})
    return {
        f"training patients of fold '{label}'" if label else "training patients": cases.training[label]
        for label in labels
    }
