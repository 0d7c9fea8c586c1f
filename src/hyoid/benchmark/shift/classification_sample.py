"""Predictions of a class, as a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from hyoid.benchmark.shift.sample import Sample, Strings, checked_patients, folded_by_center
from hyoid.errors import HyoidError
from hyoid.metrics import (
    MINIMUM_OF_EACH_CLASS,
    BinaryCases,
    Bools,
    Floats,
    Statistic,
    WeightedStatistic,
    accuracy,
    balanced_accuracy,
    cases_in_pairs,
    confusion_sums,
    pairs_ranked,
    sensitivity,
    specificity,
)

AUC = "auc"

DECISIONS: Mapping[str, Statistic] = MappingProxyType(
    {
        "balanced_accuracy": balanced_accuracy,
        "sensitivity": sensitivity,
        "specificity": specificity,
        "accuracy": accuracy,
    }
)
"""Measures of decisions, from the four counts; beside them there is `auc`."""

_ONE_CLASS = {"sensitivity": "positives", "specificity": "negatives"}


@dataclass(frozen=True, slots=True, eq=False)
class ClassificationSample:
    """Decisions and probabilities, judged by one of `DECISIONS` or by the AUC of pairs within a fold. Use `of`."""

    measure: str
    ids: Strings
    centers: Strings
    cases: BinaryCases

    @classmethod
    def of(
        cls,
        measure: str,
        ids: Sequence[Any],
        centers: Sequence[Any],
        truth: ArrayLike,
        decision: ArrayLike,
        probability: ArrayLike,
        fold: Sequence[Any] | None = None,
    ) -> Self:
        """Check and convert arrays (n,); without `fold`, one model predicted all.

        Raises
        ------
        HyoidError
            If the measure is unknown, as `BinaryCases.of`, or an id or center is missing or an id stands twice.
        """
        if measure not in DECISIONS and measure != AUC:
            raise HyoidError.of(f"the measure '{measure}'", f"one of {', '.join([*DECISIONS, AUC])}", "Check its name.")
        cases = BinaryCases.of(truth, decision, probability, fold)
        return cls(measure, *checked_patients(ids, centers, len(cases.truth)), cases)

    @property
    def fold(self) -> Strings | None:
        """The fold of each patient, for the AUC."""
        return self.cases.fold if self.measure == AUC else None

    @property
    def truth(self) -> Floats:
        """(n, 1): 1 for positive."""
        return self.cases.truth[:, np.newaxis].astype(np.float64)

    @property
    def n(self) -> int:
        """Positives for sensitivity, negatives for specificity, those in pairs for the AUC, otherwise all."""
        if self.measure in _ONE_CLASS:
            return int(getattr(self.cases, _ONE_CLASS[self.measure]))
        return cases_in_pairs(self.cases.truth, self.cases.fold) if self.measure == AUC else len(self.ids)

    @property
    def too_few(self) -> str:
        """Fewer than `MINIMUM_OF_EACH_CLASS` of a class; of sensitivity, specificity and accuracy, none to count."""
        if self.measure in _ONE_CLASS:
            return "" if self.n else f"no {_ONE_CLASS[self.measure]}"
        if self.measure == "accuracy" or min(self.cases.positives, self.cases.negatives) >= MINIMUM_OF_EACH_CLASS:
            return "" if self.n else "no pair within a fold"
        return counts_of_classes(self.cases)

    def take(self, chosen: Bools) -> Self:
        """Return the patients where `chosen` (n,) is True."""
        return replace(self, ids=self.ids[chosen], centers=self.centers[chosen], cases=self.cases.take(chosen))

    def within_centers(self) -> Self:
        """Return the sample with only patients of one fold and one center compared by the AUC."""
        return replace(self, cases=replace(self.cases, fold=folded_by_center(self.cases.fold, self.centers)))

    def statistic(self) -> WeightedStatistic:
        """Return the measure as a function of weights (replicates, n)."""
        if self.measure == AUC:
            return pairs_ranked(self.cases.truth, self.cases.probability, self.cases.fold)
        sums, of_sums = confusion_sums(self.cases.truth, self.cases.decision), DECISIONS[self.measure]
        return lambda weights: of_sums(weights @ sums)

    def instead(self) -> tuple[Sample, ...]:
        """Return sensitivity and specificity, as far as there are positives and negatives."""
        found = (replace(self, measure=name) for name in _ONE_CLASS)
        return tuple(sample for sample in found if not sample.too_few) if self.measure not in _ONE_CLASS else ()


def counts_of_classes(cases: BinaryCases) -> str:
    """Return how many there are of each class, in words."""
    each = ((cases.positives, "positive"), (cases.negatives, "negative"))
    return " and ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in each)
