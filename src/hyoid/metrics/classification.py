"""The measures of a binary classification, each with its interval over patients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyoid.errors import HyoidError
from hyoid.metrics.confusion import (
    Bools,
    accuracy,
    balanced_accuracy,
    confusion_sums,
    f1_macro,
    f1_weighted,
    sensitivity,
    specificity,
)
from hyoid.metrics.draws import Bootstrap, Floats
from hyoid.metrics.intervals import (
    Interval,
    Statistic,
    bootstrap_interval,
    of_share,
    weighted_interval,
)
from hyoid.metrics.ranking import cases_in_pairs, pairs_ranked

MINIMUM_OF_EACH_CLASS = 5
"""Fewest cases of each class for which the measures of one center are given: below it one case moves balanced accuracy
by more than a tenth, and only sensitivity and specificity are given, with their n."""

_LEAST_PROBABILITY = float(np.finfo(np.float64).eps)  # scikit-learn's bound in `log_loss`


@dataclass(frozen=True, slots=True, eq=False)
class BinaryCases:
    """Truth and prediction of n cases.

    Parameters
    ----------
    truth, decision
        (n,) of bool; True is positive.
    probability
        (n,) of positive, 0 to 1.
    fold
        (n,) labels of the model that predicted each case.
    """

    truth: Bools
    decision: Bools
    probability: Floats
    fold: NDArray[np.str_]

    @classmethod
    def of(
        cls, truth: ArrayLike, decision: ArrayLike, probability: ArrayLike, fold: Sequence[Any] | None = None
    ) -> Self:
        """Check and convert the arrays; without `fold`, one model predicted all cases.

        Raises
        ------
        HyoidError
            If there is no case, the lengths differ, truth or decision is not bool, or a probability is not in 0..1.
        """
        labels = [""] * np.size(truth) if fold is None else [str(label) for label in fold]
        found = cls(np.asarray(truth), np.asarray(decision), np.asarray(probability, np.float64), np.array(labels, str))
        shapes = [values.shape for values in (found.truth, found.decision, found.probability, found.fold)]
        if len(set(shapes)) > 1 or len(shapes[0]) != 1 or shapes[0][0] == 0:
            raise HyoidError.of(
                f"truth, decision, probability and fold of shapes {shapes}", "one value each per case", "Align them."
            )
        if found.truth.dtype != np.bool_ or found.decision.dtype != np.bool_:
            raise HyoidError.of(
                f"truth of {found.truth.dtype} and decision of {found.decision.dtype}", "bool", "Convert them first."
            )
        if not ((found.probability >= 0) & (found.probability <= 1)).all():
            raise HyoidError.of("a probability that is not in 0..1", "probabilities", "Convert logits first.")
        return found

    @property
    def positives(self) -> int:
        """Number of positive cases."""
        return int(np.count_nonzero(self.truth))

    @property
    def negatives(self) -> int:
        """Number of negative cases."""
        return len(self.truth) - self.positives

    def take(self, chosen: Bools) -> BinaryCases:
        """Return the cases where `chosen` (n,) is True."""
        return BinaryCases(self.truth[chosen], self.decision[chosen], self.probability[chosen], self.fold[chosen])


Measured = Callable[[BinaryCases, Bootstrap | None, Sequence[Any] | None], Interval]


@dataclass(frozen=True, slots=True)
class ClassificationMeasure:
    """One measure; `interval(cases, bootstrap, strata)` gives its value and percentile interval over patients.

    A measure that does not exist, since a class is absent, is NaN. `interval.n` counts the cases that it is made of:
    positives for sensitivity, negatives for specificity, those of folds with both classes for the AUC, otherwise all.
    """

    name: str
    description: str
    interval: Measured


def measures_given(cases: BinaryCases) -> tuple[str, ...]:
    """Return the names of the measures that a part of a cohort, such as one center, is large enough for.

    All with `MINIMUM_OF_EACH_CLASS` or more of each class; otherwise sensitivity and specificity, as far as there are
    positives and negatives.
    """
    if min(cases.positives, cases.negatives) >= MINIMUM_OF_EACH_CLASS:
        return tuple(CLASSIFICATION_MEASURES)
    return (("sensitivity",) if cases.positives else ()) + (("specificity",) if cases.negatives else ())


def _of_decisions(statistic: Statistic, counting: Callable[[BinaryCases], int] | None = None) -> Measured:
    def interval(cases: BinaryCases, settings: Bootstrap | None, strata: Sequence[Any] | None) -> Interval:
        sums = confusion_sums(cases.truth, cases.decision)
        return of_share(bootstrap_interval(sums, statistic, settings, strata, counting(cases) if counting else None))

    return interval


def _mean_of(loss: Callable[[BinaryCases], Floats]) -> Measured:
    def interval(cases: BinaryCases, settings: Bootstrap | None, strata: Sequence[Any] | None) -> Interval:
        losses = loss(cases)
        return bootstrap_interval(np.stack([losses, np.ones_like(losses)], -1), settings=settings, strata=strata)

    return interval


def _auc(within_folds: bool) -> Measured:
    def interval(cases: BinaryCases, settings: Bootstrap | None, strata: Sequence[Any] | None) -> Interval:
        fold = cases.fold if within_folds else np.full(len(cases.truth), "")
        statistic = pairs_ranked(cases.truth, cases.probability, fold)
        return of_share(weighted_interval(statistic, len(fold), settings, strata, cases_in_pairs(cases.truth, fold)))

    return interval


def _brier(cases: BinaryCases) -> Floats:
    return np.square(cases.probability - cases.truth)


def _log_loss(cases: BinaryCases) -> Floats:
    probability = np.clip(cases.probability, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    return -np.log(np.where(cases.truth, probability, 1 - probability))


def _all() -> dict[str, ClassificationMeasure]:
    found = [
        ("balanced_accuracy", "balanced accuracy", _of_decisions(balanced_accuracy)),
        ("sensitivity", "sensitivity", _of_decisions(sensitivity, lambda cases: cases.positives)),
        ("specificity", "specificity", _of_decisions(specificity, lambda cases: cases.negatives)),
        ("accuracy", "accuracy", _of_decisions(accuracy)),
        ("f1_macro", "F1, mean of both classes", _of_decisions(f1_macro)),
        ("f1_weighted", "F1, weighted by the classes' cases", _of_decisions(f1_weighted)),
        ("auc", "AUC, pairs within a fold", _auc(within_folds=True)),
        ("auc_pooled", "AUC, all pairs", _auc(within_folds=False)),
        ("brier", "Brier score (0 is best)", _mean_of(_brier)),
        ("log_loss", "log loss (0 is best)", _mean_of(_log_loss)),
    ]
    return {name: ClassificationMeasure(name, description, interval) for name, description, interval in found}


CLASSIFICATION_MEASURES: Mapping[str, ClassificationMeasure] = MappingProxyType(_all())
"""Every measure of a binary classification by name; tables, JSON and documentation are drawn from here."""
