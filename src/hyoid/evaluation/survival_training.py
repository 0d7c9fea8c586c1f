"""The outcomes that each fold's model was trained on, from which the distribution of censoring comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeGuard, cast

import numpy as np

from hyoid.cohort.columns import ColumnMap
from hyoid.errors import CohortError
from hyoid.evaluation.survival_cases import SurvivalCase, SurvivalTruth, read_outcomes
from hyoid.metrics.survival import Observed

TrainingOutcomes = SurvivalTruth | Mapping[str, Observed]
"""A cohort, its path or table, or outcomes by patient id; or the outcomes of each fold's training part by its label."""


def observed_of(outcomes: Iterable[tuple[bool, float]]) -> Observed:
    """Return (event, days) of patients as arrays."""
    pairs = list(outcomes)
    return Observed(np.array([days for _, days in pairs], np.float64), np.array([event for event, _ in pairs], bool))


def training_parts(
    train: TrainingOutcomes, cases: Sequence[SurvivalCase], columns: Path | ColumnMap | None = None
) -> dict[str, Observed]:
    """Return the training outcomes by fold label, `""` where the predictions name no fold.

    Of a cohort, the training part of a fold are all patients of known outcome that the fold did not predict: of a
    training cohort apart all, and of a cohort that was cross-validated those of the other folds.

    Raises
    ------
    CohortError
        If a fold has no training patient of known outcome, or the cohort cannot be read.
    """
    folds: dict[str, set[str]] = {}
    for case in cases:
        folds.setdefault(case.fold or "", set()).add(case.id)
    if _is_by_fold(train):
        parts = {label: train[label] for label in folds if label in train}
    else:
        known = sorted(read_outcomes(cast("SurvivalTruth", train), columns).known().items())
        parts = {
            label: observed_of((event, days) for identifier, (event, days, _) in known if identifier not in own)
            for label, own in folds.items()
        }
    for label in folds:
        if label not in parts or len(parts[label]) == 0:
            raise CohortError.of(
                f"no training patient of known outcome for fold '{label}'",
                "the outcomes that each fold was trained on",
                "Give the training cohort, or leave it out: censoring is then estimated from the evaluated patients.",
            )
    return parts


def _is_by_fold(train: TrainingOutcomes) -> TypeGuard[Mapping[str, Observed]]:
    return isinstance(train, Mapping) and any(isinstance(part, Observed) for part in train.values())
