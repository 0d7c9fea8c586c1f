"""Predicted recurrence-free survival against the observed one, of one system or of two on the same patients."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hyoid.cohort.columns import ColumnMap
from hyoid.errors import CohortError
from hyoid.evaluation.survival_cases import MatchedSurvival, SurvivalTruth, match_survival, read_outcomes
from hyoid.evaluation.survival_comparison import SurvivalComparison, summarise_comparison
from hyoid.evaluation.survival_predictions import read_survival_predictions
from hyoid.evaluation.survival_result import SurvivalResult
from hyoid.evaluation.survival_summary import summarise_survival
from hyoid.evaluation.survival_training import TrainingOutcomes, training_parts
from hyoid.metrics import Bootstrap

if TYPE_CHECKING:
    import pandas as pd


def evaluate_survival(  # noqa: PLR0913 - the options of the verb, most of them by keyword
    predictions: Path | pd.DataFrame,
    truth: SurvivalTruth,
    train: TrainingOutcomes | None = None,
    horizons: Sequence[float] | None = None,
    bootstrap: Bootstrap | None = None,
    *,
    tau: float | None = None,
    stratify: bool = False,
    centers: Mapping[str, str | None] | None = None,
    columns: Path | ColumnMap | None = None,
) -> SurvivalResult:
    """Compare predicted risk and survival with the observed outcomes, over the cohort and by center.

    Patients of unknown outcome, without prediction, or unknown to the truth are left out and named in the result.

    Parameters
    ----------
    predictions
        CSV or data frame with the columns `PatientID`, `rfs_risk` (higher is worse), and optionally
        `rfs_survival_DAYS`, `fold`, the model that predicted (pairs are compared within a fold only), and
        `rfs_group`, a group by cut points of training data.
    truth
        A cohort, its folder or table, or (event, days, center) by patient id.
    train
        What the models were trained on, from which the distribution of censoring and the null model come: a cohort or
        what stands for it (of which a fold's training part is whom it did not predict), or outcomes by fold. Without
        it both are estimated from the evaluated patients.
    horizons
        Days at which AUC, Brier score and calibration are asked for; otherwise those of the survival columns, or one,
        two, three and five years.
    bootstrap
        How intervals over patients are drawn.
    tau
        Day up to which Uno's C counts events; otherwise the latest that the follow-up reaches.
    stratify
        Resample within centers instead of over the whole cohort.
    centers
        Center by patient id; otherwise the truth's.
    columns
        How foreign tables of the truth and of `train` are read: a `--columns` YAML file, or its content.

    Raises
    ------
    CohortError
        If the predictions are no such table, no predicted patient has a known outcome, a fold has no training patient,
        `horizons` or `tau` cannot be, or `stratify` knows no center.
    """
    _check_days(horizons, tau)
    found = _matched(predictions, truth, columns, centers, stratify)
    result = summarise_survival(
        found.cases,
        bootstrap or Bootstrap(),
        stratified=stratify,
        horizons=horizons,
        tau=tau,
        training=None if train is None else training_parts(train, found.cases, columns),
    )
    return replace(
        result,
        unknown=found.unknown,
        without_truth=found.without_truth,
        without_prediction=found.without_prediction,
        notes=(*found.notes, *result.notes),
    )


def compare_survival(  # noqa: PLR0913 - the options of the verb, most of them by keyword
    first: Path | pd.DataFrame,
    second: Path | pd.DataFrame,
    truth: SurvivalTruth,
    train: TrainingOutcomes | None = None,
    horizons: Sequence[float] | None = None,
    bootstrap: Bootstrap | None = None,
    *,
    tau: float | None = None,
    stratify: bool = False,
    centers: Mapping[str, str | None] | None = None,
    columns: Path | ColumnMap | None = None,
) -> SurvivalComparison:
    """Compare two systems on the patients that both predicted: first - second of each measure, with its interval.

    Each resample draws the same patients for both, so what is hard for both cancels. Pairs are compared where both
    patients are of one fold in both systems, so that both are measured on the same pairs. Parameters as in
    `evaluate_survival`; outcomes by fold in `train` have the labels of `fold_label`.

    Raises
    ------
    CohortError
        As `evaluate_survival`, or if no patient of known outcome was predicted by both.
    """
    _check_days(horizons, tau)
    one, other = (_matched(table, truth, columns, centers, stratify) for table in (first, second))
    return summarise_comparison(
        one.cases,
        other.cases,
        bootstrap or Bootstrap(),
        stratified=stratify,
        horizons=horizons,
        tau=tau,
        training=None if train is None else lambda cases: training_parts(train, cases, columns),
    )


def _matched(
    predictions: Path | pd.DataFrame,
    truth: SurvivalTruth,
    columns: Path | ColumnMap | None,
    centers: Mapping[str, str | None] | None,
    stratify: bool,
) -> MatchedSurvival:
    found = match_survival(read_survival_predictions(predictions), read_outcomes(truth, columns), centers)
    if stratify and all(case.center is None for case in found.cases):
        raise CohortError.of(
            f"no center of any of {len(found.cases)} patients",
            "centers to resample within",
            "Give a truth with CenterID, or leave --stratify out.",
        )
    return found


def _check_days(horizons: Sequence[float] | None, tau: float | None) -> None:
    if tau is not None and not (math.isfinite(tau) and tau > 0):
        raise CohortError.of(f"a tau of {tau:g} days", "a number of days above 0", "Give another, or none.")
    if horizons is None:
        return
    given = list(horizons)
    if not given or len(set(given)) < len(given) or not all(math.isfinite(day) and day > 0 for day in given):
        raise CohortError.of(f"the horizons {given}", "different numbers of days above 0", "Give others, or none.")
