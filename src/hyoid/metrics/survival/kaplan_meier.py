"""The Kaplan-Meier estimate of a survival function, and of the distribution of censoring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from hyoid.errors import CohortError, HyoidError
from hyoid.metrics.survival.observed import Observed

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A survival function that is 1 at the start and steps down at days; it continues from the right.

    Parameters
    ----------
    days
        (k,) the distinct times of the patients, ascending; those without an event are among them.
    survival
        (k,) probability of surviving each day.
    at_risk
        (k,) patients (or the sum of their weights) who were followed up to each day, itself included.
    events
        (k,) how many of them had the event on it.
    standard_error
        (k,) of the survival, by Greenwood's formula; NaN where the survival is 0, since it has none there.
    """

    days: Floats
    survival: Floats
    at_risk: Floats
    events: Floats
    standard_error: Floats

    @property
    def last_day(self) -> float:
        """The day of the last follow-up; beyond it the curve is held, and nothing is known."""
        return float(self.days[-1])

    def at(self, days: ArrayLike) -> Floats:
        """Return the probability S(t) of surviving each day, in the shape of the days; S(0) < 1 after events on day 0.

        Raises
        ------
        CohortError
            If a day is NaN.
        """
        return self._value(days, side="right")

    def before(self, days: ArrayLike) -> Floats:
        """Return the left limit S(t-), the probability of surviving until just before each day.

        Raises
        ------
        CohortError
            If a day is NaN.
        """
        return self._value(days, side="left")

    def number_at_risk(self, days: ArrayLike) -> Floats:
        """Return how many patients (or the sum of their weights) were followed up to each day, itself included.

        Raises
        ------
        CohortError
            If a day is NaN.
        """
        values = np.concatenate([self.at_risk, [0.0]])
        found: Floats = values[np.searchsorted(self.days, _checked_days(days), side="left")]
        return found

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return the lower and the upper bound (k,) of the survival, on the scale of log(-log S).

        The pointwise interval of Kalbfleisch and Prentice, which stays within 0..1. Where the survival is 1 both bounds
        are 1. Where it is 0 there is no such interval: the bounds are 0 and the upper bound of the step before.

        Raises
        ------
        HyoidError
            If the level is not between 0 and 1.
        """
        if not 0 < level < 1:
            raise HyoidError.of(f"a level of {level:g}", "one between 0 and 1", "95 % is 0.95.")
        quantile = float(ndtri((1 + level) / 2))
        lower, upper = self.survival.copy(), self.survival.copy()
        inside = (self.survival > 0) & (self.survival < 1)
        log = np.log(self.survival[inside])
        width = quantile * self.standard_error[inside] / (self.survival[inside] * -log)
        lower[inside] = np.exp(log * np.exp(width))
        upper[inside] = np.exp(log * np.exp(-width))
        ended = self.survival == 0
        if ended.any():
            first = int(np.argmax(ended))
            upper[ended] = upper[first - 1] if first > 0 else 1.0
        return lower, upper

    def _value(self, days: ArrayLike, side: Literal["left", "right"]) -> Floats:
        values = np.concatenate([[1.0], self.survival])
        found: Floats = values[np.searchsorted(self.days, _checked_days(days), side=side)]
        return found


def kaplan_meier(observed: Observed, weights: ArrayLike | None = None) -> Curve:
    """Return the product-limit estimate of the survival function.

    At equal times events come before censorings: who is censored on a day is at risk on it. Kaplan and Meier 1958; the
    standard error is Greenwood's.

    Parameters
    ----------
    weights
        (n,) 0 or more: how many patients each one stands for. The standard error takes them as counts.

    Raises
    ------
    CohortError
        If there is no patient, or a weight is negative, infinite or NaN, or all are 0.
    """
    days, events, censored = _counts(observed, weights)
    at_risk = _from_each_on(events + censored)
    return _product_limit(days, events, at_risk)


def censoring_curve(observed: Observed, weights: ArrayLike | None = None) -> Curve:
    """Return the Kaplan-Meier estimate G of not yet being censored, whose `events` are the censorings.

    At equal times events still come before censorings: who has the event on a day is no longer at risk of being
    censored on it. So do R's survival (`reverse`) and scikit-survival; lifelines on flipped events counts them.
    Inverse weights of censoring take G before the day of an event (`before`) and G at a horizon (`at`).

    Parameters
    ----------
    weights
        (n,) as for `kaplan_meier`.

    Raises
    ------
    CohortError
        As `kaplan_meier`.
    """
    days, events, censored = _counts(observed, weights)
    later = np.concatenate([_from_each_on(events + censored)[1:], [0.0]])
    return _product_limit(days, censored, later + censored)


def _product_limit(days: Floats, events: Floats, at_risk: Floats) -> Curve:
    # nobody is at risk of censoring where all who were left had the event; nothing happens there
    hazard = np.divide(events, at_risk, out=np.zeros_like(events), where=at_risk > 0)
    survival = np.cumprod(1 - hazard)
    rest = at_risk * (at_risk - events)
    terms = np.divide(events, rest, out=np.zeros_like(events), where=rest > 0)
    error = np.where(survival > 0, survival * np.sqrt(np.cumsum(terms)), np.nan)
    return Curve(days=days, survival=survival, at_risk=at_risk, events=events, standard_error=error)


def _counts(observed: Observed, weights: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    """Return the distinct days, and the weight of the events and of the censorings on each."""
    if len(observed) == 0:
        raise CohortError.of("no patient", "one or more", "Look at which patients have an outcome.")
    weight = _checked_weights(weights, len(observed))
    order = np.lexsort((weight, observed.event, observed.days))  # the order of the patients changes no digit
    order = order[weight[order] > 0]
    days, place = np.unique(observed.days[order], return_inverse=True)
    event, weight = observed.event[order], weight[order]
    events, censored = (np.bincount(place[kind], weight[kind], len(days)) for kind in (event, ~event))
    return days, events.astype(np.float64), censored.astype(np.float64)


def _from_each_on(leaving: Floats) -> Floats:
    return np.cumsum(leaving[::-1])[::-1].copy()


def _checked_weights(weights: ArrayLike | None, cases: int) -> Floats:
    if weights is None:
        return np.ones(cases)
    weight = np.asarray(weights, np.float64)
    if weight.shape != (cases,):
        raise CohortError.of(f"weights of shape {weight.shape}", f"one for each of {cases} patients", "Pair them.")
    if not (np.isfinite(weight) & (weight >= 0)).all() or not (weight > 0).any():
        raise CohortError.of("weights that are negative, infinite, NaN or all 0", "0 or more", "Correct the weights.")
    return weight


def _checked_days(days: ArrayLike) -> Floats:
    wanted = np.asarray(days, np.float64)
    if np.isnan(wanted).any():
        raise CohortError.of("a time that is NaN", "days", "Ask for the survival at a day.")
    return wanted
