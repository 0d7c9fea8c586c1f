"""Predictions of patients of several centers, drawn by a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyoid.benchmark.shift import ClassificationSample, SurvivalSample
from hyoid.metrics.survival import Observed

CENTERS = ("A", "B", "C", "D")


@dataclass(frozen=True)
class Places:
    """n patients: ids, centers, five folds, HPV status and outcome."""

    ids: list[str]
    centers: np.ndarray
    fold: np.ndarray
    truth: np.ndarray
    observed: Observed

    def classified(self, measure: str, seed: int = 1, noise: float = 0.25) -> ClassificationSample:
        rng = np.random.default_rng(seed)
        probability = np.clip(0.5 + 0.3 * (self.truth - 0.5) + rng.normal(0, noise, len(self.ids)), 0.01, 0.99)
        return ClassificationSample.of(
            measure, self.ids, self.centers, self.truth, probability >= 0.5, probability, self.fold
        )

    def survived(self, seed: int = 1, noise: float = 1.0) -> SurvivalSample:
        risk = -np.log1p(self.observed.days) + np.random.default_rng(seed).normal(0, noise, len(self.ids))
        return SurvivalSample.of(self.ids, self.centers, self.observed, risk, self.fold)


def places(n: int = 160, seed: int = 0, prefix: str = "p") -> Places:
    """Four centers of unequal size; the last has fewer than five negatives and fewer than five events."""
    rng = np.random.default_rng(seed)
    centers = rng.choice(CENTERS, n, p=(0.4, 0.3, 0.2, 0.1))
    last = centers == "D"
    truth = (rng.random(n) < 0.6) | last
    event = (rng.random(n) < 0.5) & ~last
    days = rng.exponential(900, n).round() + 1
    return Places([f"{prefix}{k:03d}" for k in range(n)], centers, rng.integers(0, 5, n), truth, Observed(days, event))
