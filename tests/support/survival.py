"""Small cohorts with outcomes and predictions, drawn by a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyoid.metrics.survival import Observed, SurvivalCases

HORIZONS = (365.0, 730.0, 1095.0, 1825.0)


@dataclass(frozen=True)
class Drawn:
    """Outcomes, risks, predicted survival by horizon and folds of n patients."""

    observed: Observed
    risk: np.ndarray
    survival: dict[float, np.ndarray]
    fold: np.ndarray

    def cases(self, training: dict[str, Observed] | None = None, folds: bool = True) -> SurvivalCases:
        return SurvivalCases.of(self.observed, self.risk, self.survival, list(self.fold) if folds else None, training)


def draw(n: int = 120, seed: int = 0, folds: int = 3, tied: bool = False, noise: float = 0.7) -> Drawn:
    """Exponential times whose log hazard is partly known to the risk; `tied` has many equal times and risks."""
    rng = np.random.default_rng(seed)
    hazard = rng.normal(0, 1, n)
    event_days, censoring_days = rng.exponential(2500 * np.exp(-hazard)), rng.uniform(200, 3500, n)
    days, event = np.minimum(event_days, censoring_days), event_days <= censoring_days
    risk = hazard + rng.normal(0, noise, n)
    if tied:
        days, risk = np.ceil(days / 150) * 150, np.round(risk)
    survival = {day: np.exp(-day / 2500 * np.exp(risk)) for day in HORIZONS}
    return Drawn(Observed(days, event), risk, survival, np.array([str(k % folds) for k in range(n)]))
