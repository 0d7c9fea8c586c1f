"""Automatic SUV thresholds beside recipes that segment."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from hyoid.benchmark.figures import overall_figures, segmentation_figures
from hyoid.benchmark.row import BenchmarkRow
from hyoid.cohort import Cohort
from hyoid.evaluation.floor import floor_elsewhere, floor_of_folds
from hyoid.evaluation.floor_trial import ThresholdTrial, try_thresholds

FLOOR = "SUV threshold (floor)"
"""Title of their row."""


class Floors:
    """Thresholds chosen on a training cohort, on which all are tried once, however many splits there are."""

    def __init__(self, cohort: Cohort, jobs: int) -> None:
        """Try nothing yet: the cohort of a resumed benchmark may need no floor."""
        self._cohort, self._jobs = cohort, jobs

    @functools.cached_property
    def _trial(self) -> ThresholdTrial:
        return try_thresholds([case for case in self._cohort.cases if case.mask is not None], jobs=self._jobs)

    def inside(self, split: str, folds: Sequence[Sequence[str]]) -> BenchmarkRow:
        """Return the row of a split, each fold's thresholds chosen on the other folds."""
        found = floor_of_folds(self._trial, folds, jobs=self._jobs)
        return BenchmarkRow(FLOOR, split, "segmentation", segmentation_figures(found.result, folds))

    def outside(self, split: str, cohort: Cohort) -> BenchmarkRow:
        """Return the row of other patients, by the thresholds that are best on the training cohort."""
        found = floor_elsewhere(self._trial, [case for case in cohort.cases if case.mask is not None], jobs=self._jobs)
        return BenchmarkRow(FLOOR, split, "segmentation", overall_figures(found.result))
