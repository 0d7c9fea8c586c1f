"""The Brier score of predicted survival under censoring, beside that of a model that knows nothing of the patient."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hyoid.metrics.draws import Floats
from hyoid.metrics.intervals import ratio
from hyoid.metrics.survival.cases import SurvivalCases
from hyoid.metrics.survival.distributions import Distributions, inverse_weights
from hyoid.metrics.survival.family import Column, measure_key


class BrierScores:
    """Brier score at horizons, its mean over time, both of the null model, and the share by which ours is less.

    BS(t) is the mean over all patients of (1[T > t] - S(t))^2 with weights of inverse probability of censoring. The
    null model predicts the Kaplan-Meier survival of the training part, or of the evaluated patients, for everyone;
    scaled is 1 - BS / BS of the null model. Integrated is the area under BS by the trapezoidal rule between the first
    and the last horizon, divided by the time between them. Graf et al., Statistics in Medicine 1999.

    Parameters
    ----------
    cases
        Outcomes and predicted survival at every horizon.
    horizons
        In days, ascending; of fewer than two there is nothing integrated.
    """

    def __init__(self, cases: SurvivalCases, horizons: Sequence[float]) -> None:
        self._cases = cases
        self._horizons = np.array(horizons, np.float64)
        known = [int(np.count_nonzero(cases.observed.event | (cases.observed.days > day))) for day in horizons]
        columns = []
        for kind in ("brier", "brier_null", "brier_scaled"):
            columns += [Column(measure_key(kind, day), n) for day, n in zip(horizons, known, strict=True)]
            if len(known) > 1:
                columns.append(Column(f"{kind}_integrated", max(known)))
        self.columns = tuple(columns)

    def __call__(self, weights: Floats, distributions: Distributions) -> Floats:
        """Return (replicates, columns) for weights (replicates, n) of the patients."""
        ours, null = (np.zeros((len(weights), len(self._horizons))) for _ in range(2))
        everyone = weights.sum(axis=1)
        for k, day in enumerate(self._horizons):
            counted = weights * inverse_weights(distributions, day)
            survived = (self._cases.observed.days > day).astype(np.float64)
            for scores, predicted in (
                (ours, self._cases.survival[day]),
                (null, distributions.null_survival(day)),
            ):
                errors = np.broadcast_to(np.square(survived - predicted), counted.shape)
                scores[:, k] = np.einsum("rn,rn->r", counted, errors) / everyone
        ours, null = self._with_integral(ours), self._with_integral(null)
        return np.concatenate([ours, null, 1 - ratio(np.stack([ours, null], axis=-1))], axis=1)

    def _with_integral(self, scores: Floats) -> Floats:
        if len(self._horizons) < 2:
            return scores
        area = np.trapezoid(scores, self._horizons, axis=1) / (self._horizons[-1] - self._horizons[0])
        return np.concatenate([scores, area[:, np.newaxis]], axis=1)
