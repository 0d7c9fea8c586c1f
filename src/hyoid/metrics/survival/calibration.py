"""Whether predicted survival means what it says at a horizon: slope, intercept, observed over expected, and groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hyoid.errors import HyoidError
from hyoid.metrics.draws import Floats
from hyoid.metrics.intervals import ratio
from hyoid.metrics.survival.cases import SurvivalCases
from hyoid.metrics.survival.distributions import Distributions, inverse_weights
from hyoid.metrics.survival.family import Column, measure_key
from hyoid.metrics.survival.kaplan_meier import kaplan_meier
from hyoid.metrics.survival.observed import Observed
from hyoid.metrics.survival.recalibration import fit_cloglog

CALIBRATION_GROUPS = 5
"""Groups of predicted risk, of equal size, in which the observed risk is estimated for the plot."""

_LEAST_PROBABILITY = 1e-6  # a survival of 0 or 1, often only rounded, has no finite log cumulative hazard


@dataclass(frozen=True, slots=True)
class CalibrationGroup:
    """Patients of similar predicted risk at a horizon.

    `predicted` is their mean predicted probability of the event by the horizon; `observed` is one minus their
    Kaplan-Meier survival, with its pointwise interval `low` to `high`. The three are NaN where nobody of the group was
    followed up to the horizon.
    """

    n: int
    events: int
    predicted: float
    observed: float
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        return asdict(self)


class CalibrationLines:
    """Slope and intercept of the recalibration, and observed over expected events, at horizons.

    log(-log S_true) = intercept + slope * log(-log S), fitted to the states at the horizon with weights of inverse
    probability of censoring. On this scale the slope multiplies log hazard ratios: 1 and 0 are perfect, a slope below 1
    means predictions that are too extreme. Slope and intercept as in Crowson et al., Statistical Methods in Medical
    Research 2016; on this link at a horizon as in van Geloven et al., BMJ 2022. Observed over expected is one minus the
    Kaplan-Meier survival of all over the mean predicted probability of the event: above 1, risks are too low on the
    whole.

    Parameters
    ----------
    cases
        Outcomes and predicted survival at every horizon.
    horizons
        In days.
    """

    def __init__(self, cases: SurvivalCases, horizons: Sequence[float]) -> None:
        self._cases = cases
        self._horizons = tuple(horizons)
        kinds = ("calibration_slope", "calibration_intercept", "observed_expected")
        known = {day: cases.observed.event | (cases.observed.days > day) for day in horizons}
        counts = {day: (*[int(np.count_nonzero(known[day]))] * 2, len(cases)) for day in horizons}
        self.columns = tuple(
            Column(measure_key(kind, day), n) for day in horizons for kind, n in zip(kinds, counts[day], strict=True)
        )
        self._known = known

    def __call__(self, weights: Floats, distributions: Distributions) -> Floats:
        """Return (replicates, 3 * horizons) for weights (replicates, n) of the patients."""
        found = [np.zeros((len(weights), 0))]
        for day in self._horizons:
            known, survival = self._known[day], self._cases.survival[day]
            event = (self._cases.observed.days <= day)[known]
            counted = (weights * inverse_weights(distributions, day))[:, known]
            line = fit_cloglog(_log_cumulative_hazard(survival[known]), event, counted)
            observed = weights.sum(axis=1) * (1 - distributions.survived.at(day)[:, 0])
            over = ratio(np.stack([observed, weights @ (1 - survival)], axis=-1))
            found.append(np.column_stack([line[:, 1], line[:, 0], over]))
        return np.concatenate(found, axis=1)


def calibration_groups(
    observed: Observed, survival: Floats, day: float, groups: int = CALIBRATION_GROUPS, level: float = 0.95
) -> tuple[CalibrationGroup, ...]:
    """Sort patients by predicted risk at a horizon into groups of equal size, lowest risk first.

    Patients of the same prediction stay together in the group of the first of them, so sizes may differ by more than
    one, and there may be fewer groups.

    Parameters
    ----------
    observed, survival
        Outcomes of n patients, and (n,) predicted probability of surviving `day` without the event.
    day
        The horizon.
    groups
        Number of groups.
    level
        Level of the intervals.

    Raises
    ------
    HyoidError
        If `groups` is less than 1.
    """
    if groups < 1:
        raise HyoidError.of(f"{groups} groups", "1 or more", "Give another number.")
    risk = 1 - survival
    place = np.searchsorted(np.sort(risk), risk) * groups // max(len(risk), 1)
    return tuple(_group(observed.part(place == k), risk[place == k], day, level) for k in np.unique(place))


def _group(observed: Observed, risk: Floats, day: float, level: float) -> CalibrationGroup:
    events = int(np.count_nonzero(observed.event & (observed.days <= day)))
    curve = kaplan_meier(observed)
    if curve.number_at_risk(day) == 0 and curve.at(day) > 0:
        return CalibrationGroup(len(observed), events, float(risk.mean()), math.nan, math.nan, math.nan)
    lower, upper = ([1.0, *bounds] for bounds in curve.interval(level))
    step = int(np.searchsorted(curve.days, day, side="right"))
    return CalibrationGroup(
        n=len(observed),
        events=events,
        predicted=float(risk.mean()),
        observed=1 - float(curve.at(day)),
        low=1 - upper[step],
        high=1 - lower[step],
    )


def _log_cumulative_hazard(survival: Floats) -> Floats:
    return np.log(-np.log(np.clip(survival, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)))
