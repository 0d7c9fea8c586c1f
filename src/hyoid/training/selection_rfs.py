"""What a risk is worth on the fold's `select` part, by the recipe's own metric."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hyoid.metrics.survival import Observed, concordance
from hyoid.survival import partial_log_likelihood

Floats = NDArray[np.float64]


def select_by_risk(metric: str, risk: Floats, observed: Observed) -> dict[str, float]:
    """Return the measures on the `select` part, and under "value" the one that chooses (higher is better).

    Without two patients that can be compared there is no C-index, without an event no likelihood: nothing is returned
    then, and the last epoch is kept.
    """
    measures: dict[str, float] = {}
    c_index = concordance(observed, risk).index
    if not math.isnan(c_index):
        measures["c_index"] = c_index
    if observed.events:
        measures["cox_loss"] = -partial_log_likelihood(risk, observed) / observed.events
    if metric not in measures:
        return {}
    return measures | {"value": -measures[metric] if metric == "cox_loss" else measures[metric]}
