"""Two systems on the same patients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hyoid.errors import CohortError
from hyoid.evaluation.survival_cases import SurvivalCase
from hyoid.evaluation.survival_summary import end_of_uno, survival_arrays
from hyoid.files import jsonable
from hyoid.metrics import Bootstrap, Interval
from hyoid.metrics.survival import (
    DEFAULT_HORIZONS,
    Horizon,
    Observed,
    SurvivalStatistics,
    check_horizon,
    paired_intervals,
)

NOT_COMPARED = ("brier_null", "calibration_", "observed_expected")
"""Measures without a difference: the null model is the same for both, and of calibration more is not better."""


@dataclass(frozen=True, slots=True)
class SurvivalComparison:
    """Differences of measures between two systems, on the patients that both predicted.

    Parameters
    ----------
    bootstrap, stratified
        How intervals are drawn.
    n, events
        Patients in common, and their events.
    differences
        Measure -> first - second, with its interval: measures that both have, less those of `NOT_COMPARED`.
    first, second
        Their values on these patients, and on pairs of one fold in both systems.
    horizons
        The days that were asked for, each with the reason where it has no answer.
    tau
        Day up to which Uno's C counts events; None where the follow-up is too short for any.
    only_first, only_second
        Patients of known outcome that only one of them predicted; not compared.
    """

    bootstrap: Bootstrap
    stratified: bool
    n: int
    events: int
    differences: Mapping[str, Interval]
    first: Mapping[str, float]
    second: Mapping[str, float]
    horizons: tuple[Horizon, ...]
    tau: float | None
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        value = {
            "options": {
                "bootstrap": self.bootstrap.model_dump(mode="json"),
                "stratified_by_center": self.stratified,
                "uno_tau_days": self.tau,
            },
            "n": self.n,
            "events": self.events,
            "horizons": [horizon.to_dict() for horizon in self.horizons],
            "differences": {name: interval.to_dict() for name, interval in self.differences.items()},
            "first": self.first,
            "second": self.second,
            "only_first_not_compared": self.only_first,
            "only_second_not_compared": self.only_second,
        }
        return dict(jsonable(value))


def fold_label(first: str | None, second: str | None) -> str:
    """Return the label of a patient's folds in two systems: `A` where both are fold A, `A / B` where they differ."""
    one, other = first or "", second or ""
    return one if one == other else f"{one} / {other}"


def summarise_comparison(
    first: Sequence[SurvivalCase],
    second: Sequence[SurvivalCase],
    bootstrap: Bootstrap,
    *,
    stratified: bool = False,
    horizons: Sequence[float] | None = None,
    tau: float | None = None,
    training: Callable[[Sequence[SurvivalCase]], Mapping[str, Observed]] | None = None,
) -> SurvivalComparison:
    """Compare two systems on the patients in common; `training` gives the training parts by the label of their folds.

    Raises
    ------
    CohortError
        If there is no patient in common, or the follow-up does not reach `tau`.
    """
    ones, others = ({case.id: case for case in cases} for cases in (first, second))
    shared = sorted(set(ones) & set(others))
    if not shared:
        raise CohortError.of("no patient that both systems predicted", "the same patients", "Check the ids.")
    labels = {i: fold_label(ones[i].fold, others[i].fold) for i in shared}
    pairs = [[replace(cases[i], fold=labels[i]) for i in shared] for cases in (ones, others)]
    parts = None if training is None else training(pairs[0])
    arrays = [survival_arrays(cases, parts) for cases in pairs]
    predicted = sorted(set(arrays[0].survival) & set(arrays[1].survival))
    asked = tuple(check_horizon(arrays[0], day) for day in sorted(horizons or predicted or DEFAULT_HORIZONS))
    answered = [horizon.days for horizon in asked if horizon.answered]
    end = end_of_uno(arrays[0], tau)
    one, other = (SurvivalStatistics(cases, answered, end) for cases in arrays)
    strata = [str(case.center) for case in pairs[0]] if stratified else None
    paired = paired_intervals(one, other, bootstrap, strata)
    differences = {name: interval for name, interval in paired.items() if not name.startswith(NOT_COMPARED)}
    values = [dict(zip(statistics.keys, statistics.values(), strict=True)) for statistics in (one, other)]
    return SurvivalComparison(
        bootstrap=bootstrap,
        stratified=stratified,
        n=len(shared),
        events=arrays[0].observed.events,
        differences=differences,
        first={name: values[0][name] for name in differences},
        second={name: values[1][name] for name in differences},
        horizons=asked,
        tau=end,
        only_first=tuple(sorted(set(ones) - set(others))),
        only_second=tuple(sorted(set(others) - set(ones))),
    )
