"""The prior: the share of positives that probabilities are made for, and how they change for another one.

Bayes' rule splits the log-odds into the logarithm of the likelihood ratio and the prior's logit. Another prior is
therefore one offset on every logit, as long as p(x | class) is the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logit

from hyoid.decision.calibration import FittedCalibrator
from hyoid.decision.cases import checked_logits
from hyoid.errors import HyoidError
from hyoid.metrics import Floats


def effective_prior(
    negatives: int,
    positives: int,
    class_weights: tuple[float, float] = (1.0, 1.0),
    shares: tuple[float, float] | None = None,
) -> float:
    """Return the share of positives that a network was trained to.

    Parameters
    ----------
    negatives, positives
        Numbers of training cases.
    class_weights
        Weights of negatives and positives in the loss.
    shares
        Shares of negatives and positives among the drawn cases, where a sampler balances them; otherwise the cases'
        own. They need not sum to 1.

    Raises
    ------
    HyoidError
        If the prior would not lie strictly between 0 and 1, as where a class is absent.
    """
    drawn = (float(negatives), float(positives)) if shares is None else shares
    weighted = [share * weight for share, weight in zip(drawn, class_weights, strict=True)]
    if min(negatives, positives) < 1 or not all(0 < value < np.inf for value in weighted):
        raise HyoidError.of(
            f"{negatives} negatives and {positives} positives with weights {class_weights} and shares {shares}",
            "cases of both classes, with weights and shares above 0",
            "Train on both classes.",
        )
    return weighted[1] / sum(weighted)


def prior_of(calibrator: FittedCalibrator, effective: float) -> float:
    """Return the prior of positives that calibrated logits have.

    Platt's line carries the prevalence of the cases it was fitted on. All others, and a Platt's line that could not be
    fitted, leave the prior that the network was trained to: `effective`.
    """
    if calibrator.name == "platt" and 0 < calibrator.positives < calibrator.cases:
        return calibrator.positives / calibrator.cases
    return _checked_prior(effective)


def prior_offset(from_prior: float, to_prior: float) -> float:
    """Return what is added to a logit made for one prior so that it holds for another.

    Raises
    ------
    HyoidError
        If a prior is not strictly between 0 and 1.
    """
    return float(logit(_checked_prior(to_prior)) - logit(_checked_prior(from_prior)))


def correct_prior(logits: ArrayLike, from_prior: float, to_prior: float) -> Floats:
    """Return logits (n,) made for one share of positives as they are for another; raises as `prior_offset`."""
    return checked_logits(logits) + prior_offset(from_prior, to_prior)


def _checked_prior(prior: float) -> float:
    if not 0 < prior < 1:
        raise HyoidError.of(f"a prior of {prior:g}", "a share strictly between 0 and 1", "Give the share of positives.")
    return float(prior)
