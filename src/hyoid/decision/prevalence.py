"""The share of positives in a new hospital, estimated from predictions alone."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from hyoid.decision.cases import checked_logits
from hyoid.decision.prior import correct_prior
from hyoid.errors import HyoidError

MINIMUM_CASES = 50
"""Fewest cases from which a prevalence is estimated: with 50, its standard error is 0.07 even of perfect decisions."""

MINIMUM_YOUDEN = 0.2
"""Least sensitivity + specificity - 1 of decisions to estimate a prevalence from: its error is divided by this."""

PREVALENCE_BOUNDS = (0.001, 0.999)
"""Estimates are held within these, since a prior of 0 or 1 would settle every case."""

_TOLERANCE = 1e-6
_STEPS = 10_000


def estimate_prevalence_em(logits: ArrayLike, from_prior: float) -> float:
    """Estimate the share of positives among new cases by expectation maximisation.

    The corrected probabilities are averaged and their mean becomes the new prior, until it moves by less than 1e-6.
    Saerens, Latinne, Decaestecker, Neural Computation 2002. It presumes calibrated logits and the same p(x | class).

    Parameters
    ----------
    logits
        (n,) calibrated log-odds of the new cases.
    from_prior
        The share of positives that the logits are made for (`prior_of`).

    Returns
    -------
    float
        The estimate, held within `PREVALENCE_BOUNDS`.

    Raises
    ------
    HyoidError
        If there are fewer than `MINIMUM_CASES` cases, a logit is not finite, `from_prior` is not strictly between 0
        and 1, or the estimate does not settle, which means that the logits say too little.
    """
    values = checked_logits(logits)
    _check_count(len(values))
    prior = from_prior
    for _ in range(_STEPS):
        mean = float(expit(correct_prior(values, from_prior, prior)).mean())
        updated = float(np.clip(mean, *PREVALENCE_BOUNDS))
        if abs(updated - prior) < _TOLERANCE:
            return updated
        prior = updated
    raise HyoidError.of(
        f"an estimated prevalence that does not settle ({prior:.3f} after {_STEPS} steps)",
        "logits that tell the classes apart",
        "Give the prevalence if it is known, or leave the prior as it is.",
    )


def estimate_prevalence_black_box(decisions: ArrayLike, sensitivity: float, specificity: float) -> float:
    """Estimate the share of positives among new cases from how many are called positive.

    (share called positive + specificity - 1) / (sensitivity + specificity - 1). Rogan and Gladen, Am J Epidemiol 1978;
    Lipton, Wang, Smola, ICML 2018, in the binary case. It presumes the same p(x | class).

    Parameters
    ----------
    decisions
        (n,) of bool.
    sensitivity, specificity
        Of these decisions, on cases the model was not trained on.

    Returns
    -------
    float
        The estimate, held within `PREVALENCE_BOUNDS`.

    Raises
    ------
    HyoidError
        If there are fewer than `MINIMUM_CASES` cases, the decisions are not bool, or sensitivity + specificity - 1 is
        below `MINIMUM_YOUDEN`.
    """
    values = np.asarray(decisions)
    if values.ndim != 1 or (values.dtype != np.bool_ and values.size):
        raise HyoidError.of(f"decisions of {values.dtype}, shape {values.shape}", "one bool per case", "Convert them.")
    _check_count(len(values))
    check_informative(sensitivity, specificity)
    youden = sensitivity + specificity - 1
    return float(np.clip((float(values.mean()) + specificity - 1) / youden, *PREVALENCE_BOUNDS))


def check_informative(sensitivity: float, specificity: float) -> None:
    """Raise HyoidError where sensitivity + specificity - 1 is below `MINIMUM_YOUDEN`, or one of them is no share.

    Both estimators presume a model that tells the classes apart; on one that does not, they give any prevalence.
    """
    youden = sensitivity + specificity - 1
    if not (0 <= sensitivity <= 1 and 0 <= specificity <= 1) or math.isnan(youden) or youden < MINIMUM_YOUDEN:
        raise HyoidError.of(
            f"decisions of sensitivity {sensitivity:.2f} and specificity {specificity:.2f}",
            f"shares that add up to {1 + MINIMUM_YOUDEN:g} or more",
            "Such decisions say too little of the prevalence; give it if it is known.",
        )


def _check_count(cases: int) -> None:
    if cases < MINIMUM_CASES:
        raise HyoidError.of(
            f"{cases} cases to estimate a prevalence from",
            f"{MINIMUM_CASES} or more",
            "Give the prevalence if it is known, or leave the prior as it is.",
        )
