"""From the folds' risks to the tables of predictions and to what new patients are placed by."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hyoid.cohort import Fold
from hyoid.files import read_json, write_json, write_text
from hyoid.metrics.survival import Observed, concordance, risk_groups
from hyoid.training.folds import HELD_OUT, OUT_OF_FOLD, Work
from hyoid.training.prognosis import HORIZON_DAYS, PROGNOSES
from hyoid.training.seen import write_seen

PROGNOSIS = "prognosis.json"
"""What the bundle places new patients by: out-of-fold risks, cut points of the risk groups, the best fold."""

Prognoses = Mapping[str, Mapping[str, Any]]
"""Risk and survival by patient id."""


def write_risk_tables(work: Work, folds: Sequence[Fold], finished: Sequence[int], held_out: bool) -> None:
    """Write the tables of out-of-fold and, once all is chosen, held-out patients, and `prognosis.json`.

    The cut points of fold k's risk groups come from the risks that the other folds report: patients whom neither their
    own models nor fold k's groups have seen.
    """
    read = {k: read_json(work.folder(k) / PROGNOSES) for k in finished}
    risks = {k: np.array([one["risk"] for one in read[k]["report"].values()], np.float64) for k in finished}
    groups = work.recipe.inference.risk_groups
    rows = []
    for k in finished:
        others = [risks[other] for other in finished if other != k] or [_risks(read[k]["select"])]
        seen = [i for other in finished if other != k for i in read[other]["report"]] or list(read[k]["select"])
        write_seen(work.folder(k), {"cut_points": seen})
        cuts = cut_points(np.concatenate(others), groups)
        rows.append(_rows(read[k]["report"], cuts, f"fold-{k}"))
    write_text(work.out / OUT_OF_FOLD / work.predictions, pd.concat(rows).to_csv(index=False))
    pooled = np.sort(np.concatenate(list(risks.values())))
    best = _best_fold(work, read)
    deployed = {
        "out_of_fold_risks": pooled.tolist(),
        "cut_points": cut_points(pooled, groups).tolist(),
        "days": list(HORIZON_DAYS),
        **best,
    }
    write_json(work.out / PROGNOSIS, deployed)
    if held_out:
        ids = sorted({i for fold in folds for i in fold.held_out} & set(read[finished[0]]["held_out"]))
        used = work.recipe.inference.ensemble.used([f"fold-{k}" for k in finished], best["best_fold"])
        together = _mean([read[int(name.removeprefix("fold-"))]["held_out"] for name in used], ids)
        table = _rows(together, np.array(deployed["cut_points"], np.float64), "ensemble")
        write_text(work.out / HELD_OUT / work.predictions, table.to_csv(index=False))


def cut_points(risks: NDArray[np.float64], groups: int) -> NDArray[np.float64]:
    """Return the risks that cut these into groups of equal size; fewer where many are equal, none where all are."""
    if not len(risks) or risks.min() == risks.max():
        return np.zeros(0)
    return np.unique(np.quantile(risks, np.arange(1, groups) / groups))


def _rows(prognoses: Prognoses, cuts: NDArray[np.float64], fold: str) -> pd.DataFrame:
    """Return a row per patient; groups count from 1, the lowest risk."""
    ids = sorted(prognoses)
    risk = np.array([prognoses[i]["risk"] for i in ids], np.float64)
    survival = np.array([prognoses[i]["survival"] for i in ids], np.float64).reshape(len(ids), len(HORIZON_DAYS))
    columns = {f"rfs_survival_{day}": survival[:, column] for column, day in enumerate(HORIZON_DAYS)}
    return pd.DataFrame(
        {"PatientID": ids, "fold": fold, "rfs_risk": risk, "rfs_group": 1 + risk_groups(risk, cuts), **columns}
    )


def _mean(each: Sequence[Prognoses], ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Average the folds' standardised risks and survival of the same patients."""
    return {
        i: {
            "risk": float(np.mean([one[i]["risk"] for one in each])),
            "survival": np.mean([one[i]["survival"] for one in each], axis=0).tolist(),
        }
        for i in ids
    }


def _best_fold(work: Work, read: Mapping[int, Mapping[str, Any]]) -> dict[str, str | None]:
    """Return the fold with the best C-index on its own `select` part, or, as papers have submitted, on the held-out.

    As long as folds are missing the held-out part has not been predicted, and `select` decides; what did is said.
    """
    ensemble = work.recipe.inference.ensemble
    if ensemble.name != "best_fold":
        return {"best_fold": None}
    chosen_by = "select"
    if ensemble.chosen_by == "held_out" and all("held_out" in one for one in read.values()):
        chosen_by = "held_out"
    values = {k: _c_index(work, one[chosen_by]) for k, one in read.items()}
    return {"best_fold": f"fold-{max(values, key=lambda k: values[k])}", "best_fold_chosen_by": chosen_by}


def _c_index(work: Work, prognoses: Prognoses) -> float:
    cases = [work.cases[i] for i in prognoses]
    observed = Observed(
        np.array([case.rfs_days for case in cases], np.float64), np.array([case.relapse is True for case in cases])
    )
    value = concordance(observed, _risks(prognoses)).index
    return -1.0 if math.isnan(value) else value  # a part without comparable patients recommends nothing


def _risks(prognoses: Prognoses) -> NDArray[np.float64]:
    return np.array([one["risk"] for one in prognoses.values()], np.float64)
