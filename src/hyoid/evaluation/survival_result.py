"""What the evaluation of survival predictions yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from hyoid.evaluation.survival_cases import SurvivalCase
from hyoid.evaluation.survival_groups import RiskGroups
from hyoid.files import jsonable
from hyoid.metrics import Bootstrap, Interval
from hyoid.metrics.survival import (
    CALIBRATION_GROUPS,
    LEAST_AT_RISK,
    LEAST_UNCENSORED,
    MINIMUM_EVENTS,
    CalibrationGroup,
    Horizon,
)

HEADLINE = ("c_index", "uno_c", "auc_mean", "brier_integrated", "brier_scaled_integrated")
"""The measures that stand first, as far as there are any."""

UNKNOWN_CENTER = "unknown"


@dataclass(frozen=True, slots=True)
class CenterOutcomes:
    """One center: its patients, their events, and the median follow-up by the reverse Kaplan-Meier estimate."""

    center: str
    cases: int
    events: int
    median_follow_up_days: float


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalResult:
    """Measures of the cohort and of each center, calibration, risk groups, and who was left out.

    Parameters
    ----------
    bootstrap, stratified
        How intervals are drawn; `stratified` resamples within centers.
    cases
        All evaluated patients, sorted by id.
    cohort
        Measure -> value with interval, without one where there are fewer than `MINIMUM_EVENTS` events;
        `describe_measure` says what each is.
    centers
        The same for each center, as far as it has `MINIMUM_EVENTS`: `c_index`.
    center_outcomes
        Patients, events and follow-up of each center; patients of no known center stand as `unknown`.
    horizons
        The days that were asked for, each with the reason where it has no answer.
    tau
        Day up to which Uno's C counts events; None where the follow-up is too short for any.
    censoring
        Whether the distribution of censoring and the null model come from the training parts or the evaluated patients.
    median_follow_up_days
        Of all patients, by the reverse Kaplan-Meier estimate; NaN where fewer than half were censored.
    calibration
        Horizon -> groups of predicted risk with their observed risk, for horizons with an answer.
    risk_groups
        Kaplan-Meier curves of the groups that the predictions name.
    unknown, without_truth, without_prediction
        Predicted patients of unknown outcome, predictions of ids that the truth does not have, and patients of known
        outcome without prediction; not evaluated.
    notes
        What the reader of the truth had to say of outcomes, and what in the result looks wrong or is not given.
    """

    bootstrap: Bootstrap
    stratified: bool
    cases: tuple[SurvivalCase, ...]
    cohort: Mapping[str, Interval]
    centers: Mapping[str, Mapping[str, Interval]]
    center_outcomes: tuple[CenterOutcomes, ...]
    horizons: tuple[Horizon, ...]
    tau: float | None
    censoring: Literal["training", "evaluated"]
    median_follow_up_days: float
    calibration: Mapping[float, tuple[CalibrationGroup, ...]]
    risk_groups: RiskGroups | None
    unknown: tuple[str, ...] = ()
    without_truth: tuple[str, ...] = ()
    without_prediction: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def events(self) -> int:
        """Number of patients with the event."""
        return sum(case.event for case in self.cases)

    @property
    def folds(self) -> int:
        """Number of folds whose models predicted; 1 where the predictions name none."""
        return len({case.fold for case in self.cases})

    def known_at(self, day: float) -> int:
        """Return the number of patients whose state on a day is known: with the event, or followed beyond it."""
        return sum(case.event or case.days > day for case in self.cases)

    def headline(self) -> dict[str, dict[str, Any]]:
        """Return the measures that stand first: `{name: {value, interval: [low, high], n}}`."""
        found = {name: self.cohort[name] for name in HEADLINE if name in self.cohort}
        return {name: {"value": i.value, "interval": [i.low, i.high], "n": i.n} for name, i in found.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        value = {
            "options": {
                "bootstrap": self.bootstrap.model_dump(mode="json"),
                "stratified_by_center": self.stratified,
                "censoring_from": self.censoring,
                "uno_tau_days": self.tau,
                "least_uncensored": LEAST_UNCENSORED,
                "least_at_risk": LEAST_AT_RISK,
                "minimum_events_of_a_center": MINIMUM_EVENTS,
                "minimum_events_of_an_interval": MINIMUM_EVENTS,
                "calibration_groups": CALIBRATION_GROUPS,
            },
            "n": len(self.cases),
            "events": self.events,
            "median_follow_up_days": self.median_follow_up_days,
            "folds": self.folds,
            "unknown_not_evaluated": self.unknown,
            "without_truth_not_evaluated": self.without_truth,
            "without_prediction_not_evaluated": self.without_prediction,
            "notes": self.notes,
            "horizons": [horizon.to_dict() for horizon in self.horizons],
            "headline": self.headline(),
            "cohort": {name: interval.to_dict() for name, interval in self.cohort.items()},
            "centers": {
                center: {name: interval.to_dict() for name, interval in measures.items()}
                for center, measures in self.centers.items()
            },
            "center_outcomes": [asdict(outcomes) for outcomes in self.center_outcomes],
            "calibration": {
                f"{day:g}": [group.to_dict() for group in groups] for day, groups in self.calibration.items()
            },
            "risk_groups": self.risk_groups and self.risk_groups.to_dict([h.days for h in self.horizons]),
            "cases": [_case_dict(case) for case in self.cases],
        }
        return dict(jsonable(value))


def _case_dict(case: SurvivalCase) -> dict[str, Any]:
    return asdict(case) | {"survival": {f"{day:g}": value for day, value in case.survival.items()}}
