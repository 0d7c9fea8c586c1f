"""Cox's partial likelihood with a ridge penalty, maximised by Newton's method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyoid.errors import CohortError
from hyoid.metrics.survival import Observed

Floats = NDArray[np.float64]
Ties = Literal["efron", "breslow"]

_STEPS = 200
_HALVINGS = 40
_TOLERANCE = 1e-13  # of the Newton decrement: the step after it is exact to rounding
_RANGE = 600.0  # of log-hazards: their exponentials are summed in double precision


class _RiskSets:
    """Who is at risk at each event: with the longest follow-up first, a risk set is all patients up to a place.

    All arrays of patients are in that `order`. Each of E events has a `place`, that of its patient, the `last` place of
    its risk set, and the `share` of the events at its time that left the risk set before it (Efron; 0 for Breslow).
    """

    def __init__(self, observed: Observed, ties: Ties) -> None:
        self.order = np.argsort(-observed.days, kind="stable")
        backwards = -observed.days[self.order]
        self.place = np.flatnonzero(observed.event[self.order])
        days = backwards[self.place]
        self.last = np.searchsorted(backwards, days, side="right") - 1
        _, self.first_of_day, self.day, together = np.unique(
            days, return_index=True, return_inverse=True, return_counts=True
        )
        # the m-th of d events at one time sees the d of them with the weight 1 - (m - 1) / d
        before = np.arange(len(days)) - self.first_of_day[self.day]
        self.share = before / together[self.day] if ties == "efron" else np.zeros(len(days))

    def log_sums(self, log_hazard: Floats) -> Floats:
        """Return the logarithm (E,) of the hazards at risk at each event, summed."""
        everyone = np.logaddexp.accumulate(log_hazard)[self.last]
        tied = np.logaddexp.reduceat(log_hazard[self.place], self.first_of_day)[self.day]
        sums: Floats = everyone + np.log1p(-self.share * np.exp(np.minimum(tied - everyone, 0.0)))
        return sums

    def log_likelihood(self, log_hazard: Floats) -> float:
        return float((log_hazard[self.place] - self.log_sums(log_hazard)).sum())

    def derivatives(self, values: Floats, log_hazard: Floats) -> tuple[Floats, Floats]:
        """Return the gradient (p,) of the log-likelihood by the weights, and minus its second derivative (p, p)."""
        level = log_hazard.max()
        hazard = np.exp(log_hazard - level)
        inverse = np.exp(level - self.log_sums(log_hazard))
        weighted = hazard[:, np.newaxis] * values
        tied = np.add.reduceat(weighted[self.place], self.first_of_day)[self.day]
        means = (weighted.cumsum(axis=0)[self.last] - self.share[:, np.newaxis] * tied) * inverse[:, np.newaxis]
        # the probabilities of a patient to be the one, summed over the events at which they are at risk
        exposure = np.bincount(self.last, inverse, len(hazard))[::-1].cumsum()[::-1].copy()
        exposure[self.place] -= np.bincount(self.day, self.share * inverse)[self.day]
        curvature = (weighted * exposure[:, np.newaxis]).T @ values - means.T @ means
        return values[self.place].sum(axis=0) - means.sum(axis=0), curvature


def partial_log_likelihood(log_hazard: ArrayLike, observed: Observed, ties: Ties = "efron") -> float:
    """Return Cox's partial log-likelihood of log-hazards (n,); 0 without an event.

    Patients censored on the day of an event are at risk at it. Cox 1972; ties by Efron 1977 or Breslow 1974.
    """
    if observed.events == 0:
        return 0.0
    sets = _RiskSets(observed, ties)
    return sets.log_likelihood(np.asarray(log_hazard, np.float64)[sets.order])


def fit_cox(values: ArrayLike, observed: Observed, penalties: Sequence[float], ties: Ties = "efron") -> Floats:
    """Return the weights that maximise the partial log-likelihood less penalty / 2 |weights|^2, for each penalty.

    With more columns than patients the same maximum is found in the space that the patients span.

    Parameters
    ----------
    values
        (n, p), finite; centre and scale the columns so that one penalty suits all.
    penalties
        Above 0, so that the maximum is finite, also where the columns separate the patients.

    Returns
    -------
    Floats
        (penalties, p), log hazard ratios per unit; 0 where there is no event.

    Raises
    ------
    CohortError
        If Newton's method does not end, as it may where columns have values of very different size.
    """
    table = np.asarray(values, np.float64)
    if observed.events == 0:
        return np.zeros((len(penalties), table.shape[1]))
    sets = _RiskSets(observed, ties)
    table = table[sets.order]
    if table.shape[1] <= table.shape[0]:
        return np.array([_maximise(table, sets, penalty) for penalty in penalties])
    # the penalised maximum is a combination of the patients' rows: n unknowns are enough
    left, scale, axes = np.linalg.svd(table, full_matrices=False)
    return np.array([_maximise(left * scale, sets, penalty) @ axes for penalty in penalties])


def _maximise(values: Floats, sets: _RiskSets, penalty: float) -> Floats:
    weights = np.zeros(values.shape[1])
    loss = _loss(values, sets, penalty, weights)
    for _ in range(_STEPS):
        slope, curvature = sets.derivatives(values, values @ weights)
        gradient = slope - penalty * weights
        step = np.linalg.solve(curvature + penalty * np.eye(len(weights)), gradient)
        if float(gradient @ step) <= _TOLERANCE:
            return np.asarray(weights + step, np.float64)
        for halving in range(_HALVINGS):
            tried = weights + step / 2**halving
            reached = _loss(values, sets, penalty, tried)
            inside = np.ptp(values @ tried) < _RANGE
            if inside and reached <= loss + 1e-12 * (1 + abs(loss)):  # a rise by rounding is none
                break
        weights, loss = tried, reached
    raise CohortError.of(
        "columns on which Newton's method for Cox's model does not end",
        "columns of similar size that are not copies of each other",
        "Scale the columns, drop copies, or raise the penalty.",
    )


def _loss(values: Floats, sets: _RiskSets, penalty: float, weights: Floats) -> float:
    return penalty / 2 * float(weights @ weights) - sets.log_likelihood(values @ weights)
