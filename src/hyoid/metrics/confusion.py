"""The four counts of a binary decision, and the measures that are made of them.

Positive is the class that is decided about (HPV-positive). Every measure takes sums (..., 4) of `confusion_sums` and
gives values (...), so that the bootstrap can recompute it from the sums of each resample.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.metrics.draws import Floats
from hyoid.metrics.intervals import ratio

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often decision and truth agree, as numbers of cases."""

    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int

    @property
    def wrong(self) -> int:
        """Number of cases with a wrong decision."""
        return self.false_positives + self.false_negatives

    def to_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


def confusion(truth: Bools, decision: Bools) -> Confusion:
    """Count true and false, positive and negative decisions; both arrays are (n,) of bool."""
    return Confusion(*(int(count) for count in confusion_sums(truth, decision).sum(axis=0)))


def confusion_sums(truth: Bools, decision: Bools) -> Floats:
    """Return what each case adds to true positives, false positives, true negatives, false negatives: (n, 4)."""
    cells = [truth & decision, ~truth & decision, ~truth & ~decision, truth & ~decision]
    return np.stack(cells, axis=-1).astype(np.float64)


def sensitivity(sums: Floats) -> Floats:
    """Share of positives that are decided positive; NaN without positives."""
    return _share(sums[..., 0], sums[..., 3])


def specificity(sums: Floats) -> Floats:
    """Share of negatives that are decided negative; NaN without negatives."""
    return _share(sums[..., 2], sums[..., 1])


def balanced_accuracy(sums: Floats) -> Floats:
    """Mean of sensitivity and specificity; NaN where one class is absent."""
    return (sensitivity(sums) + specificity(sums)) / 2


def accuracy(sums: Floats) -> Floats:
    """Share of right decisions."""
    return _share(sums[..., 0] + sums[..., 2], sums[..., 1] + sums[..., 3])


def f1_macro(sums: Floats) -> Floats:
    """Mean of the F1 of both classes; NaN where one class is absent from the truth.

    A class that is never decided has F1 0, as in scikit-learn with `zero_division=0`. The two differ only where a class
    is absent from the truth: scikit-learn then counts an F1 of 0 or leaves the class out, and here nothing is given.
    """
    positive, negative = _f1_of_classes(sums)
    return (positive + negative) / 2


def f1_weighted(sums: Floats) -> Floats:
    """Mean of the F1 of both classes, weighted by their cases; undefined values as in `f1_macro`."""
    positive, negative = _f1_of_classes(sums)
    positives, negatives = sums[..., 0] + sums[..., 3], sums[..., 1] + sums[..., 2]
    return ratio(np.stack([positives * positive + negatives * negative, positives + negatives], axis=-1))


def _f1_of_classes(sums: Floats) -> tuple[Floats, Floats]:
    """Return F1 = 2 TP / (2 TP + FP + FN) of positives and of negatives; NaN where a class is absent."""
    true_positives, false_positives, true_negatives, false_negatives = np.moveaxis(sums, -1, 0)
    wrong = false_positives + false_negatives
    positive = ratio(np.stack([2 * true_positives, 2 * true_positives + wrong], axis=-1))
    negative = ratio(np.stack([2 * true_negatives, 2 * true_negatives + wrong], axis=-1))
    both = (true_positives + false_negatives > 0) & (true_negatives + false_positives > 0)
    return np.where(both, positive, np.nan), np.where(both, negative, np.nan)


def _share(counted: Floats, others: Floats) -> Floats:
    return ratio(np.stack([counted, counted + others], axis=-1))
