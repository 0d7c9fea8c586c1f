"""Decision curves of a predicted risk at a horizon, where some patients are censored before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hyoid.errors import HyoidError
from hyoid.metrics.confusion import Bools
from hyoid.metrics.draws import Bootstrap, Floats
from hyoid.metrics.net_benefit import (
    DEFAULT_THRESHOLDS,
    DecisionCurve,
    checked_probability,
    checked_thresholds,
    curve_of,
)
from hyoid.metrics.survival.intervals import with_enough_events
from hyoid.metrics.survival.observed import Observed
from hyoid.metrics.survival.resampled import resampled_curves

_ROUNDING = 1e-12  # one minus a survival may miss a threshold, and a survival may miss 0, by so much


def survival_decision_curve(
    observed: Observed,
    survival: Floats,
    day: float,
    thresholds: Sequence[float] = DEFAULT_THRESHOLDS,
    settings: Bootstrap | None = None,
    strata: Sequence[Any] | None = None,
) -> DecisionCurve:
    """Compute net benefit of acting on a predicted risk of the event by a day, with percentile intervals over patients.

    True and false positives come from the Kaplan-Meier estimate within those at or above the threshold, times their
    share. Vickers et al., BMC Medical Informatics and Decision Making 2008. Censoring is taken to be unrelated to the
    outcome within them. A threshold, or a resample, in which none of them was followed up to the day is undefined. With
    fewer than `MINIMUM_EVENTS` events by the day there is no interval.

    Parameters
    ----------
    observed, survival
        Outcomes of n patients, and (n,) predicted probability of surviving `day` without the event.
    day
        The horizon, above 0.
    thresholds
        Of the risk, one minus survival; strictly between 0 and 1.
    settings, strata
        As in `bootstrap_interval`.

    Raises
    ------
    HyoidError
        If there is no patient, the lengths differ, or a survival, threshold or the day is out of its range.
    """
    risk = 1 - checked_probability(survival, len(observed))
    limits = checked_thresholds(thresholds)
    if not (np.isfinite(day) and day > 0):
        raise HyoidError.of(f"a horizon of {day:g} days", "more than 0 days", "Give another horizon.")
    above = risk[:, np.newaxis] >= limits - _ROUNDING
    events = int(np.count_nonzero(observed.event & (observed.days <= day)))

    # what happens beyond the horizon changes nothing, and many times cost many steps
    beyond = observed.days > day
    known = Observed(np.where(beyond, 2 * day, observed.days), observed.event & ~beyond)

    def statistic(weights: Floats) -> Floats:
        share = weights / weights.sum(axis=1, keepdims=True)
        model = [_gains(known, share, above[:, k], day) for k in range(len(limits))]
        everyone = _gains(known, share, np.ones(len(known), bool), day)
        odds = limits / (1 - limits)
        parts = [true - false * odd for (true, false), odd in zip(model, odds, strict=True)]
        return np.stack(parts + [everyone[0] - everyone[1] * odd for odd in odds], axis=1)

    return curve_of(statistic, above, events, limits, with_enough_events(settings, events), strata)


def _gains(observed: Observed, share: Floats, acted_on: Bools, day: float) -> tuple[Floats, Floats]:
    """Return true and false positives (replicates,) a patient of acting on some, for shares (replicates, n)."""
    if not acted_on.any():
        return np.zeros(len(share)), np.zeros(len(share))
    own, part = share[:, acted_on], observed.part(acted_on)
    curve = resampled_curves(part, own)[0].at(day)[:, 0]
    size = own.sum(axis=1)
    unknown = (own[:, part.days >= day].sum(axis=1) == 0) & (size > 0) & (curve > _ROUNDING)
    curve[unknown] = np.nan
    return size * (1 - curve), size * curve
