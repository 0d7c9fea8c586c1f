"""What a classifier is worth on the fold's `select` part, by the recipe's own metric."""

from __future__ import annotations

import numpy as np
from torch import nn

from hyoid.estimators.logistic import balanced_log_loss
from hyoid.inference.classify import network_logits
from hyoid.metrics.ranking import pairs_ranked
from hyoid.training.patients import Patients


def select_by_classification(metric: str, network: nn.Module, patients: Patients, device: str) -> dict[str, float]:
    """Return the measures on the `select` part, and under "value" the one that chooses (higher is better).

    AUC needs both classes; where `select` has one only, the balanced log loss chooses in its place.
    """
    if not patients.cases:
        return {}
    count, positive = len(patients.cases), patients.positive
    logits = network_logits(network, count, patients.read, patients.clinical, device)
    measures = {
        "balanced_log_loss": balanced_log_loss(logits, positive),
        "accuracy": float(((logits >= 0) == positive).mean()),
    }
    if positive.any() and not positive.all():
        one_model = np.zeros(len(logits), np.str_)
        measures["auc"] = float(pairs_ranked(positive, logits, one_model)(np.ones((1, len(logits))))[0])
    value = measures.get(metric, -measures["balanced_log_loss"])
    return measures | {"value": -value if metric == "balanced_log_loss" else value}
