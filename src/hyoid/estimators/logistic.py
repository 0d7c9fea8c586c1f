"""Penalised logistic regression: the floor that every network must beat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hyoid.errors import CohortError
from hyoid.settings import Settings

LEAST_TO_CHOOSE = 2
"""Cases of each class that `select` must have for the penalty to be chosen on it."""

_ITERATIONS = 2000


class FittedLogistic(Settings):
    """The state after `fit`: log-odds = intercept + weights . columns.

    Parameters
    ----------
    columns, weights
        Names of the encoded columns and their weights.
    strength
        The inverse penalty that was chosen.
    class_weights
        Mean weight of a negative and of a positive case in the fit.
    notes
        What a reader should know of the choice.
    """

    columns: tuple[str, ...]
    weights: tuple[float, ...]
    intercept: float
    strength: float
    class_weights: tuple[float, float]
    notes: tuple[str, ...] = ()

    def logits(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the log-odds of the positive class, shape (n,), of encoded cases (n, columns)."""
        logits: NDArray[np.float64] = values.astype(np.float64) @ np.array(self.weights) + self.intercept
        return logits


class LogisticRegression(Settings):
    """Logistic regression with a ridge penalty (intercept left free).

    Minimises the sum of the weighted log losses plus |w|^2 / (2 C). Of `strengths` (values of C, as in scikit-learn)
    the one with the least balanced log loss on the fold's `select` part is kept: the mean over the two classes of the
    mean log loss. Where `select` has fewer than two cases of a class the middle strength is kept, with a note.

    Parameters
    ----------
    balanced
        Weights the classes by N / (2 N_c), so that the rare one counts as much as the other.
    balanced_centers
        Weights the centres so that each counts as much as any other: with `balanced`, each class of each centre. The
        centre decides only how much a case counts; the model is never told it.
    """

    name: Literal["logistic_regression"] = "logistic_regression"
    strengths: tuple[float, ...] = Field((0.01, 0.03, 0.1, 0.3, 1.0), min_length=1)
    balanced: bool = True
    balanced_centers: bool = False

    def fit(
        self,
        columns: tuple[str, ...],
        train: tuple[NDArray[np.floating], NDArray[np.bool_]],
        select: tuple[NDArray[np.floating], NDArray[np.bool_]],
        centers: Sequence[str | None] | None = None,
    ) -> FittedLogistic:
        """Fit on encoded training cases (n, columns) and their labels (n,), and choose the penalty on `select`.

        `centers` are those of the training cases, (n,); only `balanced_centers` reads them.

        Raises
        ------
        CohortError
            If the training part has one class only, or a centre is needed and unknown.
        """
        values, positive = train
        counts = (int((~positive).sum()), int(positive.sum()))
        if 0 in counts:
            raise CohortError.of(
                f"{counts[0]} negative and {counts[1]} positive training cases",
                "both classes in the training part of every fold",
                "Use fewer folds, or a cohort with more cases of the rare class.",
            )
        weights = self._case_weights(positive, centers)
        strengths = sorted(self.strengths)
        fits = [self._fit_one(columns, values, positive, weights, strength) for strength in strengths]
        few = min((~select[1]).sum(), select[1].sum()) < LEAST_TO_CHOOSE
        if few or len(fits) == 1:
            middle = fits[len(fits) // 2]
            note = f"The select part has too few cases of a class to choose a penalty: C = {middle.strength:g}."
            return middle.model_copy(update={"notes": (note,)}) if few and len(fits) > 1 else middle
        losses = [balanced_log_loss(fit.logits(select[0]), select[1]) for fit in fits]
        return fits[int(np.argmin(losses))]

    def _case_weights(self, positive: NDArray[np.bool_], centers: Sequence[str | None] | None) -> NDArray[np.float64]:
        """Return N / (G N_g) for a case of group g of G, shape (n,)."""
        classes = positive.tolist() if self.balanced else [None] * len(positive)
        places: Sequence[str | None] = [""] * len(positive)
        if self.balanced_centers:
            places = [None] * len(positive) if centers is None else centers
            if None in places:
                raise CohortError.of(
                    f"{places.count(None)} training cases of unknown centre",
                    "a centre for each, which balanced_centers weighs them by",
                    "Complete CenterID, or set balanced_centers to false.",
                )
        groups = list(zip(classes, places, strict=True))
        size = Counter(groups)
        return np.array([len(groups) / (len(size) * size[group]) for group in groups])

    def _fit_one(
        self,
        columns: tuple[str, ...],
        values: NDArray[np.floating],
        positive: NDArray[np.bool_],
        weights: NDArray[np.float64],
        strength: float,
    ) -> FittedLogistic:
        from sklearn.linear_model import LogisticRegression as Ridge

        order = np.lexsort((weights, positive, *values.T[::-1]))  # the order of the cases changes no digit
        model = Ridge(C=strength, max_iter=_ITERATIONS, tol=1e-8)
        values, positive, weights = values[order].astype(np.float64), positive[order], weights[order]
        model.fit(values, positive, sample_weight=weights)
        return FittedLogistic(
            columns=columns,
            weights=tuple(float(w) for w in model.coef_[0]),
            intercept=float(model.intercept_[0]),
            strength=strength,
            class_weights=(float(weights[~positive].mean()), float(weights[positive].mean())),
        )


def balanced_log_loss(logits: NDArray[np.floating], positive: NDArray[np.bool_]) -> float:
    """Return the mean over the classes that are there of their mean log loss; NaN without any case."""
    losses = np.logaddexp(0, np.where(positive, -logits, logits))
    means = [float(losses[group].mean()) for group in (positive, ~positive) if group.any()]
    return float(np.mean(means)) if means else float("nan")
