"""From matched patients to the result of a survival evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hyoid.errors import CohortError
from hyoid.evaluation.survival_cases import SurvivalCase
from hyoid.evaluation.survival_groups import summarise_groups
from hyoid.evaluation.survival_result import UNKNOWN_CENTER, CenterOutcomes, SurvivalResult
from hyoid.evaluation.survival_signs import doubts
from hyoid.evaluation.survival_training import observed_of
from hyoid.metrics import Bootstrap, Interval
from hyoid.metrics.survival import (
    DEFAULT_HORIZONS,
    MINIMUM_EVENTS,
    Observed,
    SurvivalCases,
    SurvivalStatistics,
    calibration_groups,
    censoring_curve,
    check_horizon,
    latest_day,
)


def summarise_survival(
    cases: Sequence[SurvivalCase],
    bootstrap: Bootstrap,
    *,
    stratified: bool = False,
    horizons: Sequence[float] | None = None,
    tau: float | None = None,
    training: Mapping[str, Observed] | None = None,
) -> SurvivalResult:
    """Make the measures of cohort and centers, with intervals, from matched cases.

    Without `horizons`, those that survival is predicted at; without any, one, two, three and five years. Without `tau`,
    the latest day with an answer.

    Raises
    ------
    CohortError
        If the patients are not followed for long enough to answer `tau`.
    """
    ordered = tuple(sorted(cases, key=lambda case: case.id))
    arrays = survival_arrays(ordered, training)
    asked = tuple(check_horizon(arrays, day) for day in sorted(horizons or arrays.survival or DEFAULT_HORIZONS))
    answered = [horizon.days for horizon in asked if horizon.answered]
    end = end_of_uno(arrays, tau)
    strata = [str(case.center) for case in ordered] if stratified else None
    by_center = _by_center(ordered)
    cohort = SurvivalStatistics(arrays, answered, end).intervals(bootstrap, strata)
    return SurvivalResult(
        bootstrap=bootstrap,
        stratified=stratified,
        cases=ordered,
        cohort=cohort,
        centers={center: _center(own, bootstrap) for center, own in by_center.items() if center is not None},
        center_outcomes=tuple(_outcomes(center or UNKNOWN_CENTER, own) for center, own in by_center.items()),
        horizons=asked,
        tau=end,
        censoring="evaluated" if training is None else "training",
        median_follow_up_days=median_follow_up(arrays.observed),
        calibration={
            day: calibration_groups(arrays.observed, arrays.survival[day], day, level=bootstrap.level)
            for day in answered
            if day in arrays.survival
        },
        risk_groups=summarise_groups(ordered),
        notes=tuple(doubts(arrays, cohort["c_index"])),
    )


def survival_arrays(cases: Sequence[SurvivalCase], training: Mapping[str, Observed] | None = None) -> SurvivalCases:
    """Return cases as arrays; survival at the horizons that all of them have."""
    horizons = set.intersection(*(set(case.survival) for case in cases))
    return SurvivalCases.of(
        observed_of((case.event, case.days) for case in cases),
        [case.risk for case in cases],
        {day: [case.survival[day] for case in cases] for day in horizons},
        [case.fold or "" for case in cases],
        training,
    )


def end_of_uno(arrays: SurvivalCases, tau: float | None) -> float | None:
    """Return `tau`, or the latest day with an answer; raises CohortError where the follow-up does not reach `tau`."""
    if tau is None:
        return latest_day(arrays)
    found = check_horizon(arrays, tau)
    if not found.answered:
        raise CohortError.of(
            f"a tau of {tau:g} days, though {found.reason}",
            "one that the follow-up reaches",
            "Give an earlier tau, or none: then it is the latest day that the follow-up reaches.",
        )
    return tau


def _by_center(cases: Sequence[SurvivalCase]) -> dict[str | None, list[SurvivalCase]]:
    """Return the cases of each center by name; those of none stand last."""
    centers = sorted({case.center for case in cases}, key=lambda center: (center is None, center or ""))
    return {center: [case for case in cases if case.center == center] for center in centers}


def _center(cases: Sequence[SurvivalCase], bootstrap: Bootstrap) -> dict[str, Interval]:
    if sum(case.event for case in cases) < MINIMUM_EVENTS:
        return {}
    return {"c_index": SurvivalStatistics(survival_arrays(cases), (), None).intervals(bootstrap)["c_index"]}


def _outcomes(center: str, cases: Sequence[SurvivalCase]) -> CenterOutcomes:
    observed = observed_of((case.event, case.days) for case in cases)
    return CenterOutcomes(center, len(cases), observed.events, median_follow_up(observed))


def median_follow_up(observed: Observed) -> float:
    """Return the median follow-up in days by the reverse Kaplan-Meier estimate; NaN where it is not reached."""
    curve = censoring_curve(observed)
    reached = np.flatnonzero(curve.survival <= 0.5)
    return float(curve.days[reached[0]]) if len(reached) else float("nan")
