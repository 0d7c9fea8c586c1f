"""From risks to survival functions: Cox's model of the one risk, fitted on patients the model did not train on."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from hyoid.errors import CohortError
from hyoid.metrics.survival import Observed
from hyoid.settings import Settings
from hyoid.survival.cox_newton import fit_cox
from hyoid.survival.days import checked_days

Floats = NDArray[np.float64]
_Part = tuple[Floats, Observed]

SLOPE_PENALTY = 1.0
"""Ridge penalty on the slope: a normal prior with SD 1 on the log hazard ratio of one SD of risk. It weighs about as
much as one event, and keeps the slope finite where the risks order all events rightly."""

FEW_EVENTS = 5
"""Below this number of events a note says on how few the curves rest."""


class FittedBaseline(Settings):
    """A fitted map from risk to survival: S(t | risk) = exp(-H(t) exp(slope (risk - mean) / spread)).

    Parameters
    ----------
    mean, spread
        Mean and standard deviation of the risks, by which a risk is standardised.
    slope
        Log hazard ratio of one standard deviation of risk; 0 gives every patient the same curve.
    days, cumulative_hazard
        Times of the events, ascending, and the hazard H of a patient of mean risk summed up to each.
    last_day
        Day of the last follow-up; beyond it the curves are held, and nothing is known.
    cases, events
        How many patients the hazard was fitted on, and how many had the event.
    notes
        What a reader should know of the fit.
    """

    mean: float = Field(allow_inf_nan=False)
    spread: float = Field(gt=0, allow_inf_nan=False)
    slope: float = Field(ge=0, allow_inf_nan=False)
    days: tuple[float, ...]
    cumulative_hazard: tuple[float, ...]
    last_day: float
    cases: int
    events: int
    notes: tuple[str, ...] = ()

    def standardised(self, risk: ArrayLike) -> Floats:
        """Return risks (n,) in standard deviations from the mean, so that those of several folds can be averaged.

        Raises
        ------
        CohortError
            If a risk is not finite.
        """
        return (_checked_risk(risk) - self.mean) / self.spread

    def survival(self, risk: ArrayLike, days: ArrayLike) -> Floats:
        """Return the probability (n, m) that patients of risk (n,) survive each of days (m,).

        Raises
        ------
        CohortError
            If a risk is not finite, or a day is NaN.
        """
        hazard = np.concatenate([[0.0], self.cumulative_hazard])
        at_days = hazard[np.searchsorted(self.days, checked_days(days), side="right")]
        with np.errstate(divide="ignore", over="ignore"):  # no hazard is log 0; one beyond all floats is death
            logs = np.log(at_days) + (self.slope * self.standardised(risk))[:, np.newaxis]
            survival: Floats = np.exp(-np.exp(logs))
        return survival


def fit_baseline(
    risk: ArrayLike,
    observed: Observed,
    slope: Literal["fitted", "one"] = "fitted",
    fallback: tuple[ArrayLike, Observed] | None = None,
) -> FittedBaseline:
    """Fit the map from risk to survival on patients whom the model did not train on.

    Parameters
    ----------
    risk
        (n,) risks of the part, higher is worse.
    slope
        "fitted": the log hazard ratio of the standardised risk by Cox's partial likelihood (Efron's ties) with the
        ridge penalty `SLOPE_PENALTY`, never below 0: a part that the risk ranks the wrong way gives all patients one
        curve. "one": the risk is a log hazard ratio as it stands.
    fallback
        Risks and outcomes of the training part, for a part without an event: the hazard and the slope come from it
        then, with a note. The mean and the spread still come from `risk` where it has two different values.

    Returns
    -------
    FittedBaseline
        With Breslow's cumulative hazard (Breslow 1972), at the slope.

    Raises
    ------
    CohortError
        If no part has an event, risks and outcomes are not of the same patients, or a risk is not finite.
    """
    given = _checked_part(risk, observed)
    other = None if fallback is None else _checked_part(*fallback)
    (scored, outcomes), notes = _part_with_events(given, other)
    level = given[0] if _differ(given[0]) or other is None else other[0]
    mean, spread = float(level.mean()), float(level.std()) if _differ(level) else 1.0
    if not _differ(level):
        notes.append("The risks are all equal: all patients have one curve.")
    scores = (scored - mean) / spread
    steepness = spread
    if slope == "fitted":
        steepness = float(fit_cox(scores[:, np.newaxis], outcomes, (SLOPE_PENALTY,))[0, 0])
    if steepness < 0:
        steepness = 0.0
        notes.append("The risks rank the patients the wrong way: all patients have one curve.")
    if outcomes.events < FEW_EVENTS:
        notes.append(f"The baseline hazard rests on few events: {outcomes.events}.")
    days, hazard = breslow_hazard(steepness * scores, outcomes)
    return FittedBaseline(
        mean=mean,
        spread=spread,
        slope=steepness,
        days=tuple(days.tolist()),
        cumulative_hazard=tuple(hazard.tolist()),
        last_day=float(outcomes.days.max()),
        cases=len(outcomes),
        events=outcomes.events,
        notes=tuple(notes),
    )


def breslow_hazard(log_hazard: ArrayLike, observed: Observed) -> tuple[Floats, Floats]:
    """Return the days of the events (k,) and Breslow's cumulative hazard (k,) of a patient whose log-hazard is 0."""
    logs = np.asarray(log_hazard, np.float64)
    days, events = np.unique(observed.days[observed.event], return_counts=True)
    order = np.lexsort((logs, observed.days))[::-1]
    log_sums = np.logaddexp.accumulate(logs[order])[::-1]  # of everyone from each place of the ascending times on
    at_risk = log_sums[np.searchsorted(observed.days[order][::-1], days)]
    hazard: Floats = np.cumsum(np.exp(np.log(events) - at_risk))
    return days, hazard


def _part_with_events(given: _Part, other: _Part | None) -> tuple[_Part, list[str]]:
    """Return the part that the hazard is fitted on, and a note where it is not the given one."""
    if given[1].events > 0:
        return given, []
    if other is None or other[1].events == 0:
        raise CohortError.of(
            "no event in the part that the baseline hazard is fitted on",
            "one event or more",
            "Use fewer folds, or a larger selection part.",
        )
    note = (
        f"No event among {len(given[1])} selection cases: the baseline hazard is of the training part, whose risks are "
        "better separated than those of new patients."
    )
    return other, [note]


def _differ(risk: Floats) -> bool:
    """Return whether there are two different risks, far enough apart to have a standard deviation."""
    return len(risk) > 1 and float(risk.std()) > 0 and float(risk.min()) < float(risk.max())


def _checked_part(risk: ArrayLike, observed: Observed) -> _Part:
    values = _checked_risk(risk)
    if values.shape != observed.days.shape:
        found = f"{len(values)} risks and {len(observed)} outcomes"
        raise CohortError.of(found, "one of each a patient", "Pair them.")
    order = np.lexsort((values, observed.event, observed.days))  # the order of the patients changes no digit
    return values[order], observed.part(order)


def _checked_risk(risk: ArrayLike) -> Floats:
    values = np.asarray(risk, np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise CohortError.of("a risk that is no finite number", "one finite risk a patient", "Look at the inputs.")
    return values
