"""Predicted HPV status against the known one: a table of predictions and a cohort, or what stands for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hyoid.cohort.columns import ColumnMap
from hyoid.errors import CohortError
from hyoid.evaluation.classification_cases import HpvTruth, match, read_predictions
from hyoid.evaluation.classification_result import ClassificationResult, summarise_classification
from hyoid.metrics import Bootstrap

if TYPE_CHECKING:
    import pandas as pd


def evaluate_hpv(
    predictions: Path | pd.DataFrame,
    truth: HpvTruth,
    bootstrap: Bootstrap | None = None,
    *,
    stratify: bool = False,
    centers: Mapping[str, str | None] | None = None,
    columns: Path | ColumnMap | None = None,
) -> ClassificationResult:
    """Compare predicted HPV status with the known one, over the cohort and by center.

    Patients of unknown status, without prediction, or unknown to the truth are left out and named in the result.

    Parameters
    ----------
    predictions
        CSV or data frame with the columns `PatientID`, `hpv_probability`, `hpv_decision`, and optionally `fold`, the
        model that predicted: AUC compares patients of one fold only.
    truth
        A cohort, its folder or table, or (HPV status, center) by patient id.
    bootstrap
        How intervals over patients are drawn.
    stratify
        Resample within centers instead of over the whole cohort.
    centers
        Center by patient id; otherwise the truth's.
    columns
        How a foreign table of the truth is read: a `--columns` YAML file, or its content.

    Raises
    ------
    CohortError
        If the predictions are no such table, no predicted patient has a known status, or `stratify` knows no center.
    """
    found = match(read_predictions(predictions), truth, columns, centers)
    if stratify and all(case.center is None for case in found.cases):
        raise CohortError.of(
            f"no center of any of {len(found.cases)} patients",
            "centers to resample within",
            "Give a truth with CenterID, or leave --stratify out.",
        )
    return summarise_classification(
        found.cases,
        bootstrap or Bootstrap(),
        stratify,
        unknown=found.unknown,
        without_truth=found.without_truth,
        without_prediction=found.without_prediction,
    )
