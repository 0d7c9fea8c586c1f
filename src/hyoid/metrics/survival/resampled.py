"""Kaplan-Meier curves of many resamples of the same patients at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hyoid.metrics.draws import Floats
from hyoid.metrics.survival.observed import Observed


@dataclass(frozen=True, slots=True, eq=False)
class ResampledCurves:
    """A step function for each resample: `values` (replicates, k + 1), 1 at first, then after each of `days` (k,)."""

    days: Floats
    values: Floats

    def at(self, days: Floats | float) -> Floats:
        """Return the value on each day (m,), from the right: (replicates, m)."""
        return self._value(days, "right")

    def before(self, days: Floats | float) -> Floats:
        """Return the limit before each day (m,), from the left: (replicates, m)."""
        return self._value(days, "left")

    def _value(self, days: Floats | float, side: Literal["left", "right"]) -> Floats:
        return self.values[:, np.searchsorted(self.days, np.atleast_1d(days), side)]


def resampled_curves(observed: Observed, weights: Floats) -> tuple[ResampledCurves, ResampledCurves]:
    """Return the estimates of survival and of not being censored, for weights (replicates, n) of the patients.

    For one row of weights they are those of `kaplan_meier` and `censoring_curve`, equal times included. Beyond the last
    patient that a resample holds its curves stay where they are.
    """
    order = np.argsort(observed.days, kind="stable")
    days, starts = np.unique(observed.days[order], return_index=True)
    drawn = weights[:, order]
    leaving = np.add.reduceat(drawn, starts, axis=1)
    events = np.add.reduceat(drawn * observed.event[order], starts, axis=1)
    at_risk = np.cumsum(leaving[:, ::-1], axis=1)[:, ::-1]
    survival = _product_limit(events, at_risk)
    uncensored = _product_limit(leaving - events, at_risk - events)
    return ResampledCurves(days, survival), ResampledCurves(days, uncensored)


def _product_limit(ended: Floats, at_risk: Floats) -> Floats:
    hazard = np.divide(ended, at_risk, out=np.zeros_like(ended), where=at_risk > 0)
    return np.concatenate([np.ones((len(ended), 1)), np.cumprod(1 - hazard, axis=1)], axis=1)
