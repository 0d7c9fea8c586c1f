"""An evaluation of a benchmark as what can be compared: patients, centers, and the measures that it is judged by."""

from __future__ import annotations

from dataclasses import dataclass

from hyoid.api.training import Evaluation
from hyoid.benchmark.shift import ClassificationSample, Sample, SegmentationSample, SurvivalSample
from hyoid.evaluation import ClassificationResult, SegmentationResult, SurvivalResult, observed_of
from hyoid.metrics import MEASURES
from hyoid.recipe.stage import Task

UNKNOWN_CENTER = "unknown"
"""Where patients of no known center stand."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one recipe (by its title) was worth under one split, or on external patients."""

    recipe: str
    split: str
    task: Task
    evaluation: Evaluation

    @property
    def centers(self) -> list[str]:
        """Center of each case, in the order of the evaluation's."""
        return [case.center or UNKNOWN_CENTER for case in self.evaluation.cases]

    def samples(self) -> tuple[Sample, ...]:
        """Return the measures that centers and splits are compared by, the first of them foremost.

        GTVp mean Dice and aggregated measures of GTVn (of a merged label its own); AUC and balanced accuracy; C-index.
        """
        found = self.evaluation
        ids = [case.id for case in found.cases]
        if isinstance(found, ClassificationResult):
            return _classification(found, ids, self.centers)
        if isinstance(found, SurvivalResult):
            return (_survival(found, ids, self.centers),)
        return _segmentation(found, ids, self.centers)


def _classification(found: ClassificationResult, ids: list[str], centers: list[str]) -> tuple[Sample, ...]:
    cases = found.cases
    return tuple(
        ClassificationSample.of(
            measure,
            ids,
            centers,
            [case.hpv for case in cases],
            [case.decision for case in cases],
            [case.probability for case in cases],
            [case.fold or "" for case in cases],
        )
        for measure in ("auc", "balanced_accuracy")
    )


def _survival(found: SurvivalResult, ids: list[str], centers: list[str]) -> Sample:
    observed = observed_of((case.event, case.days) for case in found.cases)
    folds = [case.fold or "" for case in found.cases]
    return SurvivalSample.of(ids, centers, observed, [case.risk for case in found.cases], folds)


def _segmentation(found: SegmentationResult, ids: list[str], centers: list[str]) -> tuple[Sample, ...]:
    scores = [case.scores for case in found.cases]
    names = [name for name in found.headline_measures.values() if not MEASURES[name].unit]
    return tuple(SegmentationSample.of(name, ids, centers, scores) for name in names)
