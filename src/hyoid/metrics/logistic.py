"""Logistic regression for calibration, where only one or two numbers are sought."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit

from hyoid.metrics.draws import Floats

_STEPS = 100
_HALVINGS = 40
_TOLERANCE = 1e-14  # of the Newton decrement per case: the step after it is exact to rounding


def fit_logistic(design: Floats, target: Floats) -> Floats:
    """Minimise the cross-entropy of expit(design @ coefficients) against the targets.

    No penalty. A finite minimum must exist: targets strictly between 0 and 1, or classes that the design does not
    separate; the caller sees to it.

    Parameters
    ----------
    design
        (n, k).
    target
        (n,) in 0..1; soft targets are allowed.

    Returns
    -------
    Floats
        The coefficients (k,); all NaN where Newton's method finds no minimum, such as for a column of zeros.
    """
    coefficients = np.zeros(design.shape[1])
    nothing = np.full(design.shape[1], np.nan)
    loss = _cross_entropy(design @ coefficients, target)
    for _ in range(_STEPS):
        probability = expit(design @ coefficients)
        gradient = design.T @ (probability - target)
        curvature = (design * (probability * (1 - probability))[:, np.newaxis]).T @ design
        try:
            step = np.linalg.solve(curvature, gradient)
        except np.linalg.LinAlgError:
            return nothing
        if not np.isfinite(step).all():
            return nothing
        found = _shortened(design, target, coefficients, step, loss)
        if found is None:
            return nothing
        coefficients, loss = found
        if abs(float(gradient @ step)) <= _TOLERANCE * len(target):
            return coefficients
    return nothing


def fit_offset(logits: Floats, target: Floats) -> float:
    """Return what is added to all logits (n,) for the least cross-entropy against targets (n,) in 0..1.

    At it the mean of the probabilities is the mean of the targets, which must lie strictly between 0 and 1. The root is
    bracketed, so that it is found from logits of any size.
    """
    mean = float(target.mean())
    # an offset that lifts the greatest, or the least, logit to the mean's; 1 more on each side for rounding
    low, high = float(logit(mean) - logits.max()) - 1, float(logit(mean) - logits.min()) + 1
    return float(brentq(lambda offset: float(expit(logits + offset).mean()) - mean, low, high, xtol=1e-12, rtol=1e-12))


def _shortened(design: Floats, target: Floats, start: Floats, step: Floats, loss: float) -> tuple[Floats, float] | None:
    """Return where the step leads, halved until the loss does not rise (by more than rounding), and its loss."""
    for halving in range(_HALVINGS):
        coefficients: Floats = start - step / 2**halving
        reached = _cross_entropy(design @ coefficients, target)
        if reached <= loss + 1e-12 * (1 + abs(loss)):
            return coefficients, reached
    return None


def _cross_entropy(logits: Floats, target: Floats) -> float:
    return float(np.sum(np.logaddexp(0, logits) - target * logits))
