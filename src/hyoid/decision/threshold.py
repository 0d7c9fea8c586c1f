"""Thresholds: from which calibrated log-odds a patient is called positive."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field
from scipy.special import expit, logit

from hyoid.decision.cases import checked_cases, checked_logits, one_class
from hyoid.metrics import Bools, Floats
from hyoid.settings import Settings

_ROUNDING = 1e-9
"""Sums of rates that differ by less are equal."""


class FittedThreshold(Settings):
    """A chosen threshold on the calibrated logit: positive from `logit` on.

    Parameters
    ----------
    name
        The settings that it comes from.
    logit
        The threshold, as log-odds.
    moves_with_prior
        Whether the threshold moves with a correction of the prior. The rule that is best for balanced accuracy is a
        threshold on the likelihood ratio: a corrected prior adds the same offset to logits and threshold, and no
        decision changes. A fixed or a cost threshold is applied to the corrected probability, and decisions change.
    cases
        Number of cases that it was chosen on.
    notes
        Sentences on what was done instead of what was asked for.
    """

    name: Literal["balanced_accuracy", "fixed", "cost"]
    logit: float = Field(allow_inf_nan=False)
    moves_with_prior: bool
    cases: int = Field(0, ge=0)
    notes: tuple[str, ...] = ()

    @property
    def probability(self) -> float:
        """The threshold as a probability."""
        return float(expit(self.logit))

    def decide(self, logits: ArrayLike) -> Bools:
        """Return (n,) of bool: whether each calibrated logit reaches the threshold."""
        return checked_logits(logits) >= self.logit

    def after_offset(self, offset: float) -> FittedThreshold:
        """Return the threshold for logits to which a corrected prior has added `offset`."""
        return self.model_copy(update={"logit": self.logit + offset}) if self.moves_with_prior else self


class BalancedAccuracyThreshold(Settings):
    """The threshold of the greatest balanced accuracy on the cases.

    Where the cases come from several folds, classes are weighed within each fold, as pairs of one fold are compared in
    the AUC: each of its classes counts by n+ n- / (n+ + n-), and a fold of one class says nothing. Otherwise a fold
    that holds nearly all positives and one that holds the negatives, as hospitals do, would set a threshold between
    two models instead of between the classes.

    Candidates are the midpoints between neighbouring different logits. Of equal ones, that in the widest gap is taken,
    and of equal gaps the lowest, whatever the order of the cases.
    """

    name: Literal["balanced_accuracy"] = "balanced_accuracy"

    def fit(self, logits: ArrayLike, positive: ArrayLike, fold: ArrayLike | None = None) -> FittedThreshold:
        """Choose on calibrated logits (n,), classes (n,) of bool and, of several models, a label of the fold (n,).

        It is logit 0 where there is nothing to choose from.
        """
        values, classes = checked_cases(logits, positive)
        absent = one_class(classes)
        if absent is None and values.min() == values.max():
            absent = f"one and the same logit in all {len(values)} cases"
        if absent is not None:
            note = f"Threshold not chosen: {absent}; probability 0.5 was taken."
            return self._fitted(0.0, len(values), note)
        weights = _weights(classes, np.zeros(len(values)) if fold is None else np.asarray(fold))
        notes = [] if weights.any() else ["No fold holds both classes: the threshold compares different models."]
        weights = weights if weights.any() else _weights(classes, np.zeros(len(values)))
        used = weights > 0
        threshold, sum_of_rates = _best(values[used], classes[used], weights[used])
        if sum_of_rates <= 1 + _ROUNDING:
            notes.append("No threshold is better than chance on the cases it was chosen on.")
        return self._fitted(threshold, int(used.sum()), *notes)

    def _fitted(self, threshold: float, cases: int, *notes: str) -> FittedThreshold:
        return FittedThreshold(name=self.name, logit=threshold, moves_with_prior=True, cases=cases, notes=notes)


class FixedThreshold(Settings):
    """A threshold given as a calibrated probability."""

    name: Literal["fixed"] = "fixed"
    value: float = Field(0.5, gt=0, lt=1)

    def fit(self, logits: ArrayLike, positive: ArrayLike, fold: ArrayLike | None = None) -> FittedThreshold:  # noqa: ARG002
        """Return the given threshold; the cases are only counted."""
        values, _ = checked_cases(logits, positive)
        return FittedThreshold(
            name=self.name, logit=float(logit(self.value)), moves_with_prior=False, cases=len(values)
        )


class CostThreshold(Settings):
    """The threshold of the least expected cost: probability false_positive / (false_positive + false_negative).

    Costs are those of one wrong decision, in any unit. It holds as far as the probabilities are calibrated.
    """

    name: Literal["cost"] = "cost"
    false_positive: float = Field(gt=0, allow_inf_nan=False)
    false_negative: float = Field(gt=0, allow_inf_nan=False)

    def fit(self, logits: ArrayLike, positive: ArrayLike, fold: ArrayLike | None = None) -> FittedThreshold:  # noqa: ARG002
        """Return the threshold of the costs; the cases are only counted."""
        values, _ = checked_cases(logits, positive)
        odds = math.log(self.false_positive) - math.log(self.false_negative)
        return FittedThreshold(name=self.name, logit=odds, moves_with_prior=False, cases=len(values))


Threshold = Annotated[BalancedAccuracyThreshold | FixedThreshold | CostThreshold, Field(discriminator="name")]
"""Any threshold that a recipe may name."""


def _weights(classes: Bools, fold: NDArray[Any]) -> Floats:
    """Return each case's weight (n,): within a fold both classes weigh n+ n- / (n+ + n-); 0 in a fold of one class."""
    weights = np.zeros(len(classes))
    for label in np.unique(fold):
        inside = fold == label
        positives = int(np.count_nonzero(classes & inside))
        negatives = int(np.count_nonzero(inside)) - positives
        weights[inside & classes] = negatives / (positives + negatives)
        weights[inside & ~classes] = positives / (positives + negatives)
    return weights


def _best(logits: Floats, classes: Bools, weights: Floats) -> tuple[float, float]:
    """Return the best threshold and its sensitivity + specificity; both classes and two logits or more are there."""
    scores, place = np.unique(logits, return_inverse=True)
    if len(scores) == 1:
        return float(scores[0]), 1.0
    positives = np.bincount(place, weights=weights * classes, minlength=len(scores))
    negatives = np.bincount(place, weights=weights * ~classes, minlength=len(scores))
    found = (positives.sum() - np.cumsum(positives) + np.cumsum(negatives))[:-1] / positives.sum()
    gaps = np.diff(scores)
    widest = np.where(found >= found.max() - _ROUNDING, gaps, -1.0)
    k = int(np.argmax(widest))
    middle = float(scores[k] + gaps[k] / 2)
    # between two neighbouring floats there is no midpoint; the upper one parts them as well
    threshold = middle if scores[k] < middle <= scores[k + 1] else float(scores[k + 1])
    return threshold, float(found[k])
