"""Independent survival measures: loops over pairs and patients, and lifelines, torchsurv and scikit-survival."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np


def comparable_pairs(days: np.ndarray, event: np.ndarray, fold: np.ndarray) -> list[tuple[int, int]]:
    """All pairs of Harrell's C, the worse patient first: of one fold, and known who had the event before the other."""
    pairs = []
    for i, j in itertools.permutations(range(len(days)), 2):
        if fold[i] != fold[j] or not event[i]:
            continue
        if days[i] < days[j] or (days[i] == days[j] and not event[j]):
            pairs.append((i, j))
    return pairs


def share_of_pairs(pairs: list[tuple[int, int]], risk: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Share of the weight (n, n) of pairs that are ranked right, ties one half; NaN of no weight."""
    weight = np.ones((len(risk), len(risk))) if weight is None else weight
    right = sum(weight[i, j] * (1.0 if risk[i] > risk[j] else 0.5 if risk[i] == risk[j] else 0.0) for i, j in pairs)
    total = sum(weight[i, j] for i, j in pairs)
    return float(right / total) if total else float("nan")


def survived(days: np.ndarray, event: np.ndarray, when: float) -> float:
    """Kaplan-Meier survival at a day."""
    value = 1.0
    for day in sorted(set(days[days <= when])):
        value *= 1 - np.sum((days == day) & event) / np.sum(days >= day)
    return value


def uncensored(days: np.ndarray, event: np.ndarray, when: float, before: bool) -> float:
    """Probability of not being censored by a day, or before it; who had the event on a day was not censored on it."""
    value = 1.0
    for day in sorted(set(days[days < when] if before else days[days <= when])):
        at_risk = np.sum(days >= day) - np.sum((days == day) & event)
        if at_risk:
            value *= 1 - np.sum((days == day) & ~event) / at_risk
    return value


def brier(days: np.ndarray, event: np.ndarray, survival: np.ndarray, when: float, g: Any) -> float:
    """Graf's score patient by patient; `g(i, day, before)` is the probability of not being censored."""
    total = 0.0
    for i in range(len(days)):
        if days[i] <= when and event[i]:
            total += survival[i] ** 2 / g(i, days[i], True)
        elif days[i] > when:
            total += (1 - survival[i]) ** 2 / g(i, when, False)
    return total / len(days)


def structured(days: np.ndarray, event: np.ndarray) -> np.ndarray:
    """Outcomes as scikit-survival takes them."""
    from sksurv.util import Surv

    return Surv.from_arrays(event, days)


def lifelines_c(days: np.ndarray, event: np.ndarray, risk: np.ndarray) -> float:
    from lifelines.utils import concordance_index

    return float(concordance_index(days, -risk, event))


def torchsurv_values(
    days: np.ndarray, event: np.ndarray, risk: np.ndarray, survival: np.ndarray, horizons: np.ndarray
) -> dict[str, Any]:
    """Harrell's C, Uno's C, AUC and Brier score at horizons, by weights of the patients' own censoring."""
    import torch

    happened, time = torch.from_numpy(event), torch.from_numpy(days)
    estimate, when = torch.from_numpy(risk), torch.from_numpy(horizons)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is compiled on import, by what PyTorch now calls deprecated
        from torchsurv.metrics.auc import Auc
        from torchsurv.metrics.brier_score import BrierScore
        from torchsurv.metrics.cindex import ConcordanceIndex
        from torchsurv.stats.ipcw import get_ipcw

        own, later = get_ipcw(happened, time).double(), get_ipcw(happened, time, when).double()  # single precision
        predicted = torch.from_numpy(survival)
        return {
            "harrell": float(ConcordanceIndex()(estimate, happened, time)),
            "uno": float(ConcordanceIndex()(estimate, happened, time, weight=own, tmax=when[-1])),
            "auc": Auc()(estimate, happened, time, weight=own, new_time=when, weight_new_time=later).numpy(),
            "brier": BrierScore()(predicted, happened, time, when, weight=own, weight_new_time=later).numpy(),
        }
