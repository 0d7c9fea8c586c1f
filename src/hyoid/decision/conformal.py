"""Sets of HPV statuses that hold the true one with a stated probability, or the answer that nothing can be said.

Class-conditional (Mondrian) split conformal prediction: Vovk, Gammerman, Shafer, Algorithmic Learning in a Random
World, 2005, section 4.5. The nonconformity of a status is one minus its calibrated probability.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field

from hyoid.decision.cases import checked_cases, checked_logits
from hyoid.errors import HyoidError
from hyoid.settings import Settings

HpvSet = Literal["positive", "negative", "either", "neither"]
"""What a set holds: one status, both, or none, for a patient unlike both classes."""

ANSWERS: tuple[HpvSet, ...] = ("positive", "negative", "either", "neither")

NO_GUARANTEE = (
    "Conformal sets are promised to hold the true HPV status of patients from where they were calibrated; nothing is "
    "guaranteed in, or across, other hospitals, nor exactly for the mean of several folds' models."
)
"""Said wherever sets are."""

_ROUNDING = 1e-9


class FittedConformal(Settings):
    """A fitted rule: positive is in the set from `positive_from` on, negative up to `negative_to`.

    Parameters
    ----------
    alpha
        The share of patients of a status whose set may miss it.
    positive_from, negative_to
        Bounds on the calibrated logit; both are in their set.
    positives, negatives
        Number of cases of each class that it was fitted on.
    """

    alpha: float = Field(gt=0, lt=1)
    positive_from: float = Field(allow_inf_nan=False)
    negative_to: float = Field(allow_inf_nan=False)
    positives: int = Field(ge=1)
    negatives: int = Field(ge=1)

    def sets(self, logits: ArrayLike) -> tuple[HpvSet, ...]:
        """Return the set of each calibrated logit (n,); where a prior is corrected, of the logits before it.

        A corrected prior moves all logits of both classes alike, and who is how unusual in a class stays as it is.
        """
        values = checked_logits(logits)
        positive, negative = values >= self.positive_from, values <= self.negative_to
        return tuple(_answer(p, n) for p, n in zip(positive.tolist(), negative.tolist(), strict=True))


class Conformal(Settings):
    """Sets that hold the true status of 1 - `alpha` of the patients of each status, or more.

    It holds on average over draws of cases and patient from one population by a fixed model: patients of another
    hospital are none of that population, and nothing is guaranteed there.

    Parameters
    ----------
    alpha
        From 0.01 to 0.5. Each class needs 1 / alpha - 1 cases: with fewer, every set would hold it.
    """

    alpha: float = Field(0.1, ge=0.01, le=0.5)

    @property
    def least_of_each_class(self) -> int:
        """Fewest cases of a class that this is fitted on."""
        return math.ceil(1 / self.alpha - 1 - _ROUNDING)

    def fit(self, logits: ArrayLike, positive: ArrayLike) -> FittedConformal:
        """Fit on calibrated logits (n,) and classes (n,) of bool of cases that the model was not trained on.

        A status is in the set if its conformal p-value, (1 + cases of the class as unusual or more) / (1 + cases of the
        class), is above `alpha`. That depends on the order of the logits alone, so no increasing calibration changes a
        set, whoever it was fitted on.

        Raises
        ------
        HyoidError
            If a class has fewer than 1 / alpha - 1 cases.
        """
        values, classes = checked_cases(logits, positive)
        own, others = np.sort(values[classes]), np.sort(-values[~classes])
        self.check(len(own), len(others))
        return FittedConformal(
            alpha=self.alpha,
            positive_from=float(own[self._rank(len(own))]),
            negative_to=-float(others[self._rank(len(others))]),
            positives=len(own),
            negatives=len(others),
        )

    def check(self, positives: int, negatives: int) -> None:
        """Raise HyoidError where a class has fewer than 1 / alpha - 1 cases."""
        if min(positives, negatives) < self.least_of_each_class:
            raise HyoidError.of(
                f"{negatives} HPV-negative and {positives} HPV-positive cases for conformal sets",
                f"{self.least_of_each_class} or more of each (1 / alpha - 1, with alpha = {self.alpha:g})",
                "Raise inference.decision.conformal.alpha, or leave the sets out.",
            )

    def _rank(self, cases: int) -> int:
        """Return the position, from the most unusual, of the case that is the last to be in its class's set."""
        return math.floor(self.alpha * (cases + 1) + _ROUNDING) - 1


def _answer(positive: bool, negative: bool) -> HpvSet:
    if positive:
        return "either" if negative else "positive"
    return "negative" if negative else "neither"
