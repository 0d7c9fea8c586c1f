"""Decision curves: what acting on a probability is worth, against acting on everybody and on nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hyoid.errors import HyoidError
from hyoid.files import jsonable
from hyoid.metrics.confusion import Bools
from hyoid.metrics.draws import Bootstrap, Floats, WeightedStatistic, draw_values
from hyoid.metrics.intervals import Interval, interval_of

DEFAULT_THRESHOLDS = tuple(k / 100 for k in range(5, 100, 5))
"""Probabilities from which on one would act, 0.05 to 0.95."""


@dataclass(frozen=True, slots=True)
class DecisionCurve:
    """Net benefit at thresholds: true positives less false ones, these weighed by the odds of the threshold, a patient.

    Acting on nobody is 0 everywhere. Vickers and Elkin, Medical Decision Making 2006.

    Parameters
    ----------
    thresholds
        (t,) probabilities from which on one acts.
    acted_on
        (t,) patients at or above each.
    model, treat_all
        (t,) net benefit of acting on these, and on everybody.
    against_all
        (t,) model - treat all, of the same resamples.
    n, positives
        Patients, and those with the condition; of survival those who were seen to have the event by the horizon.
    """

    thresholds: tuple[float, ...]
    acted_on: tuple[int, ...]
    model: tuple[Interval, ...]
    treat_all: tuple[Interval, ...]
    against_all: tuple[Interval, ...]
    n: int
    positives: int

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        return dict(jsonable(asdict(self)))


def decision_curve(
    truth: Bools,
    probability: Floats,
    thresholds: Sequence[float] = DEFAULT_THRESHOLDS,
    settings: Bootstrap | None = None,
    strata: Sequence[Any] | None = None,
) -> DecisionCurve:
    """Compute net benefit with percentile intervals over patients.

    Parameters
    ----------
    truth
        (n,) of bool; True is the condition that one would act on.
    probability
        (n,) of it, 0 to 1.
    thresholds
        Strictly between 0 and 1.
    settings, strata
        As in `bootstrap_interval`.

    Raises
    ------
    HyoidError
        If there is no patient, the lengths differ, or a probability or threshold is out of its range.
    """
    truth, probability = np.asarray(truth), checked_probability(probability, len(truth))
    if truth.dtype != np.bool_:
        raise HyoidError.of(f"truth of {truth.dtype}", "bool", "Convert it first.")
    limits = checked_thresholds(thresholds)
    odds = limits / (1 - limits)
    worth = np.where(truth[:, np.newaxis], 1.0, -odds)
    above = probability[:, np.newaxis] >= limits

    def statistic(weights: Floats) -> Floats:
        share = weights / weights.sum(axis=1, keepdims=True)
        return np.concatenate([share @ (worth * above), share @ worth], axis=1)

    return curve_of(statistic, above, int(truth.sum()), limits, settings or Bootstrap(), strata)


def curve_of(
    statistic: WeightedStatistic,
    above: Bools,
    positives: int,
    thresholds: Floats,
    settings: Bootstrap,
    strata: Sequence[Any] | None,
) -> DecisionCurve:
    """Draw the intervals of a decision curve.

    Parameters
    ----------
    statistic
        From weights (replicates, n) to net benefit (replicates, 2 t) of the model and of treating all, in this order.
    above
        (n, t): whether each patient is acted on.
    positives, thresholds, settings, strata
        As in `decision_curve`.

    Raises
    ------
    HyoidError
        If `strata` has another length.
    """
    n, number = above.shape
    values, drawn = draw_values(statistic, n, settings, strata)
    acted_on = above.sum(axis=0)
    nothing = settings.model_copy(update={"replicates": 0})

    def interval(value: float, own: Floats, certain: bool) -> Interval:
        # where nobody, or everybody, is acted on, the resamples agree by necessity; what is undefined has no interval
        certain = certain or bool(np.isnan(value))
        return interval_of(value, own[:0] if certain else own, nothing if certain else settings, n)

    parts = ((values[:number], drawn[:, :number]), (values[number:], drawn[:, number:]))
    model = [interval(float(v), d, a == 0) for v, d, a in zip(parts[0][0], parts[0][1].T, acted_on, strict=True)]
    everyone = [interval(float(v), d, False) for v, d in zip(parts[1][0], parts[1][1].T, strict=True)]
    apart, apart_drawn = parts[0][0] - parts[1][0], parts[0][1] - parts[1][1]
    against = [interval(float(v), d, a == n) for v, d, a in zip(apart, apart_drawn.T, acted_on, strict=True)]
    return DecisionCurve(
        thresholds=tuple(float(t) for t in thresholds),
        acted_on=tuple(int(a) for a in acted_on),
        model=tuple(model),
        treat_all=tuple(everyone),
        against_all=tuple(against),
        n=n,
        positives=positives,
    )


def checked_thresholds(thresholds: Sequence[float]) -> Floats:
    """Return the thresholds (t,), ascending; raises HyoidError if there is none or one is not between 0 and 1."""
    limits = np.unique(np.asarray(thresholds, np.float64))
    if len(limits) == 0 or not ((limits > 0) & (limits < 1)).all():
        raise HyoidError.of(f"the thresholds {list(thresholds)}", "numbers strictly between 0 and 1", "Give others.")
    return limits


def checked_probability(probability: ArrayLike, n: int) -> Floats:
    """Return the probabilities (n,); raises HyoidError if there is none, or one is not in 0..1."""
    found = np.asarray(probability, np.float64)
    if n == 0 or found.shape != (n,) or not ((found >= 0) & (found <= 1)).all():
        raise HyoidError.of(
            f"probabilities of shape {found.shape} of {n} patients",
            "one in 0..1 for each of one or more",
            "Align them.",
        )
    return found
