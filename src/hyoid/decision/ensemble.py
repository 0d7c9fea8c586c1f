"""Several models' log-odds of the same cases become one, and how far they lie apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, log_expit, logsumexp

from hyoid.errors import HyoidError
from hyoid.metrics import Floats

Combination = Literal["mean_logits", "mean_probability", "median"]


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Least, greatest and standard deviation (n,) of the models' probabilities of each case.

    The standard deviation is that of the models at hand (divisor: their number), 0 for one model.
    """

    minimum: Floats
    maximum: Floats
    standard_deviation: Floats


def combine_logits(logits: ArrayLike, how: Combination = "mean_logits") -> Floats:
    """Combine the logits of several models, (models, n) to (n,).

    Parameters
    ----------
    logits
        (models, n), one model or more.
    how
        `mean_logits`; `mean_probability`, returned as a logit; or `median` of the logits.

    Raises
    ------
    HyoidError
        If `logits` has another shape, is not finite, or `how` is unknown.
    """
    values = _checked(logits)
    if how == "mean_logits":
        return np.asarray(values.mean(axis=0))
    if how == "median":
        return np.asarray(np.median(values, axis=0))
    if how == "mean_probability":
        # both means as logarithms: the logit stays finite where probabilities round to 0 or 1
        positive, negative = logsumexp(log_expit(values), axis=0), logsumexp(log_expit(-values), axis=0)
        return np.asarray(positive - negative)
    raise HyoidError.of(f"'{how}'", "mean_logits, mean_probability or median", "Check the spelling.")


def spread(logits: ArrayLike) -> Spread:
    """Return how far the models' probabilities of each case lie apart; `logits` (models, n) as in `combine_logits`."""
    probability: Floats = expit(_checked(logits))
    return Spread(probability.min(axis=0), probability.max(axis=0), probability.std(axis=0))


def _checked(logits: ArrayLike) -> Floats:
    values = np.asarray(logits, dtype=np.float64)
    if values.ndim != 2 or len(values) == 0 or not np.isfinite(values).all():
        raise HyoidError.of(
            f"logits of shape {values.shape}, {int(np.count_nonzero(~np.isfinite(values)))} of them not finite",
            "(models, cases) finite log-odds of one model or more",
            "Leave cases without a prediction out.",
        )
    return values
