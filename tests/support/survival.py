"""Small cohorts with outcomes and predictions, drawn by a seed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

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


def tables(drawn: Drawn, folder: Path) -> tuple[Path, Path]:
    """Write predictions and truth as CSV files, `predictions.csv` and `known.csv`; two centers, two of three CHUM."""
    ids = [f"{'CHUM' if k % 3 else 'MDA'}-{k:03d}" for k in range(len(drawn.risk))]
    frame = prediction_frame(drawn, ids)
    known = pd.DataFrame(
        {
            "PatientID": ids,
            "CenterID": [1 if k % 3 else 5 for k in range(len(ids))],
            "Relapse": drawn.observed.event.astype(int),
            "RFS (days)": drawn.observed.days,
        }
    )
    frame.to_csv(folder / "predictions.csv", index=False)
    known.to_csv(folder / "known.csv", index=False)
    return folder / "predictions.csv", folder / "known.csv"


def prediction_frame(drawn: Drawn, ids: list[str]) -> pd.DataFrame:
    """Predictions with all columns that the evaluation reads; the groups are cut at a risk of 0."""
    columns = {f"rfs_survival_{day:g}": values for day, values in drawn.survival.items()}
    groups = np.where(drawn.risk > 0, "high", "a low one")
    return pd.DataFrame({"PatientID": ids, "rfs_risk": drawn.risk, **columns, "fold": drawn.fold, "rfs_group": groups})
