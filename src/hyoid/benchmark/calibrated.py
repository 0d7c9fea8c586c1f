"""Probabilities of a benchmark's recipes, center by center: what they mean, and whether acting on them is worth it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hyoid.benchmark.compared import Of
from hyoid.benchmark.measured import Measured
from hyoid.benchmark.shift import (
    CenterCalibration,
    CenterSurvivalCalibration,
    calibration_by_center,
    survival_calibration_by_center,
)
from hyoid.evaluation import ClassificationResult, SurvivalResult, observed_of
from hyoid.metrics import Bootstrap, DecisionCurve, decision_curve
from hyoid.metrics.survival import SurvivalCases, check_horizon, survival_decision_curve

HORIZON_DAYS = 730.0
"""Two years: where most recurrences have come, and most patients are still followed."""

Calibration = tuple[CenterCalibration, ...] | tuple[CenterSurvivalCalibration, ...]


def calibrations(measured: Sequence[Measured], bootstrap: Bootstrap) -> list[Of[Calibration]]:
    """Return the calibration of HPV probabilities, and of survival at `HORIZON_DAYS`, in every center."""
    found: list[Of[Calibration]] = []
    for one in measured:
        rows: Calibration | None = None
        if isinstance(one.evaluation, ClassificationResult):
            rows = calibration_by_center(one.centers, *_status(one.evaluation))
        elif isinstance(one.evaluation, SurvivalResult) and _has_survival(one.evaluation):
            cases = _survival(one.evaluation)
            rows = survival_calibration_by_center(one.centers, cases, HORIZON_DAYS, bootstrap=bootstrap)
        if rows:
            found.append(Of(one.recipe, one.task, one.split, rows))
    return found


def decision_curves(measured: Sequence[Measured], bootstrap: Bootstrap) -> list[Of[DecisionCurve]]:
    """Return net benefit over thresholds of every recipe with probabilities, drawn within centers."""
    found = []
    for one in measured:
        curve: DecisionCurve | None = None
        if isinstance(one.evaluation, ClassificationResult):
            curve = decision_curve(*_status(one.evaluation), settings=bootstrap, strata=one.centers)
        elif isinstance(one.evaluation, SurvivalResult) and _has_survival(one.evaluation):
            cases = _survival(one.evaluation)
            if check_horizon(cases, HORIZON_DAYS).answered:
                survival = cases.survival[HORIZON_DAYS]
                curve = survival_decision_curve(
                    cases.observed, survival, HORIZON_DAYS, settings=bootstrap, strata=one.centers
                )
        if curve is not None:
            found.append(Of(one.recipe, one.task, one.split, curve))
    return found


def _status(found: ClassificationResult) -> tuple[np.ndarray, np.ndarray]:
    return np.array([case.hpv for case in found.cases], bool), np.array([case.probability for case in found.cases])


def _has_survival(found: SurvivalResult) -> bool:
    return all(HORIZON_DAYS in case.survival for case in found.cases)


def _survival(found: SurvivalResult) -> SurvivalCases:
    return SurvivalCases.of(
        observed_of((case.event, case.days) for case in found.cases),
        [case.risk for case in found.cases],
        {HORIZON_DAYS: [case.survival[HORIZON_DAYS] for case in found.cases]},
        [case.fold or "" for case in found.cases],
    )
