"""Reading known outcomes, and matching survival predictions to them by patient."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hyoid.cohort import PROBLEM_CODES, Cohort, read_cohort
from hyoid.cohort.columns import ColumnMap
from hyoid.errors import CohortError
from hyoid.evaluation.classification_cases import named
from hyoid.evaluation.survival_predictions import PredictedSurvival

Outcome = tuple[bool | None, float | None, str | None]
"""Whether the event happened, days to it or to the last follow-up, and the center."""

SurvivalTruth = Path | Cohort | Mapping[str, Outcome]
"""A cohort, its path or table, or (event, days, center) by patient id."""

_OUTCOME_PROBLEMS = (
    "duplicate-id",
    "rfs-unit-guessed",
    "rfs-unit-in-doubt",
    "event-without-time",
    "time-without-event",
    "status-without-time",
    "follow-up-before-event",
)


@dataclass(frozen=True, slots=True)
class SurvivalCase:
    """One patient: outcome (days, and whether they ended in the event) and what was predicted."""

    id: str
    center: str | None
    event: bool
    days: float
    risk: float
    survival: Mapping[float, float] = field(default_factory=dict)
    fold: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class KnownOutcomes:
    """(event, days, center) by patient id, and what the reader had to say of outcomes."""

    by_id: Mapping[str, Outcome]
    notes: tuple[str, ...] = ()

    def known(self) -> dict[str, tuple[bool, float, str | None]]:
        """Return the patients of whom both event and time are known."""
        return {
            identifier: (event, days, center)
            for identifier, (event, days, center) in self.by_id.items()
            if event is not None and days is not None
        }


@dataclass(frozen=True, slots=True)
class MatchedSurvival:
    """The patients with prediction and known outcome, and the ids that have not both.

    `unknown` are predicted patients whose outcome nobody knows, `without_truth` predictions of ids that the truth does
    not have, `without_prediction` patients of known outcome that were not predicted.
    """

    cases: tuple[SurvivalCase, ...]
    unknown: tuple[str, ...]
    without_truth: tuple[str, ...]
    without_prediction: tuple[str, ...]
    notes: tuple[str, ...]


def read_outcomes(truth: SurvivalTruth, columns: Path | ColumnMap | None = None) -> KnownOutcomes:
    """Read the outcomes of a truth.

    Raises
    ------
    CohortError
        If the truth cannot be read, or a time that is given by id is negative or no number.
    """
    if isinstance(truth, Mapping):
        for identifier, (_, days, _) in truth.items():
            if days is not None and not (math.isfinite(days) and days >= 0):
                raise CohortError.of(f"{identifier}: a time of {days:g} days", "0 or more", "Correct the record.")
        return KnownOutcomes(dict(truth))
    cohort = truth if isinstance(truth, Cohort) else read_cohort(Path(truth), columns)
    outcomes = {case.id: (case.relapse, case.rfs_days, case.center) for case in cohort.cases}
    return KnownOutcomes(outcomes, _notes(cohort))


def match_survival(
    predicted: Mapping[str, PredictedSurvival],
    outcomes: KnownOutcomes,
    centers: Mapping[str, str | None] | None = None,
) -> MatchedSurvival:
    """Match predictions and outcomes by patient id; `centers` replaces the truth's centers.

    Raises
    ------
    CohortError
        If no predicted patient has a known outcome.
    """
    known = outcomes.known()
    cases = []
    for identifier in sorted(set(predicted) & set(known)):
        row, (event, days, center) = predicted[identifier], known[identifier]
        place = center if centers is None else centers.get(identifier)
        cases.append(SurvivalCase(identifier, place, event, days, row.risk, row.survival, row.fold, row.group))
    if not cases:
        raise CohortError.of(
            f"predictions for {named(predicted)} and a known outcome for {named(known)}",
            "patients with both",
            "Check that the ids agree and that the truth has the columns Relapse and RFS.",
        )
    return MatchedSurvival(
        tuple(cases),
        unknown=tuple(sorted(set(predicted) & set(outcomes.by_id) - set(known))),
        without_truth=tuple(sorted(set(predicted) - set(outcomes.by_id))),
        without_prediction=tuple(sorted(set(known) - set(predicted))),
        notes=outcomes.notes,
    )


def _notes(cohort: Cohort) -> tuple[str, ...]:
    """Return what the reader found wrong with outcomes: faults of the table, and the patients of each other fault."""
    notes: list[str] = []
    patients: dict[str, dict[str, None]] = {}
    for problem in cohort.problems:
        if problem.code not in _OUTCOME_PROBLEMS and not problem.found.startswith(("rfs = ", "relapse = ")):
            continue
        if problem.case is None:
            notes.append(problem.detail)
        else:
            patients.setdefault(problem.code, {})[problem.case] = None
    listed = (f"{len(ids)} patient(s) with {PROBLEM_CODES[code]} ({named(ids)})." for code, ids in patients.items())
    return (*notes, *listed)
