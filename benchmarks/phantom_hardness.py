"""How hard the phantom is, and how much can be known about it.

Three questions, answered as JSON:

- floor: what the best automatic SUV threshold reaches (2.5, 3, 4, 41 % of the maximum; brain removed; threshold and
  rules chosen on other cases, two folds). Bounds: GTVp mean DSC under 0.55, GTVn aggregated DSC under 0.45.
- outcome: Harrell's C of the true linear predictor (bounds 0.74-0.80) and of the clinical record alone (0.58-0.66): its
  true part of the linear predictor, and a Cox model fitted out of fold on the table as it is, empty cells included.
- hpv: balanced accuracy of the oracle, the true log-likelihood ratio at threshold 0 (bound 0.85 or more), with the true
  label prevalence of each centre, and at unseen centres with 20, 58 and 80 % positive.

Run: python benchmarks/phantom_hardness.py [--patients N] [--records N] [--seed S] [--jobs J] [--out FILE]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import read_cohort
from hyoid.evaluation import CANDIDATES, suv_floor
from hyoid.files import write_json
from hyoid.phantom import Patient, draw_patients, write_cohort

FOLDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=100, help="rendered patients for the floor")
    parser.add_argument("--records", type=int, default=5000, help="patients without images for the rest")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    result = {
        "benchmark": "phantom_hardness",
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "hardware": {"machine": platform.machine(), "cores": os.cpu_count()},
        "versions": {name: version(name) for name in ("numpy", "scipy", "SimpleITK")},
        "seed": options.seed,
        "floor": floor(options.patients, options.seed, options.jobs),
        "outcome": outcome(draw_patients(options.records, options.seed)),
        "hpv": hpv(options.records, options.seed),
    }
    print(json.dumps(result, indent=2))
    if options.out:
        write_json(options.out, result)


def floor(patients: int, seed: int, jobs: int) -> dict[str, Any]:
    """Return the thresholds' scores, each label with the setting that was best for it on the other fold."""
    with tempfile.TemporaryDirectory() as folder:
        write_cohort(Path(folder) / "cohort", patients, seed, jobs=jobs, broken=False)
        cases = read_cohort(Path(folder) / "cohort").cases
        found = suv_floor(cases, 2, jobs=jobs)
    return {
        "patients": patients,
        "size": "tiny",
        "candidates": len(CANDIDATES),
        "folds": 2,
        "gtvp_dsc": found.result.cohort["gtvp_dsc_exclude"].to_dict(),
        "gtvn_dsc_agg": found.result.cohort["gtvn_dsc_agg"].to_dict(),
        "chosen": [pair.to_dict() for pair in dict.fromkeys(found.chosen.values())],
    }


def outcome(patients: list[Patient]) -> dict[str, Any]:
    """Return events and C-indices."""
    days = np.array([patient.outcome.rfs_days for patient in patients], float)
    event = np.array([patient.outcome.relapse for patient in patients])
    table, fold = record_table(patients), np.arange(len(patients)) % FOLDS
    fitted = [
        c_index(table[fold == k] @ fit_cox(table[fold != k], days[fold != k], event[fold != k]), days[fold == k],
                event[fold == k])
        for k in range(FOLDS)
    ]  # fmt: skip
    return {
        "patients": len(patients),
        "event_rate": float(event.mean()),
        "oracle_c_index": c_index(np.array([p.log_hazard for p in patients]), days, event),
        "record_c_index_true_part": c_index(np.array([p.record_log_hazard for p in patients]), days, event),
        "record_c_index_cox_out_of_fold": float(np.mean(fitted)),
    }


def hpv(records: int, seed: int) -> dict[str, float]:
    """Return the oracle's balanced accuracy by cohort."""
    cohorts = {"train": draw_patients(records, seed)}
    for share in (0.20, 0.58, 0.80):
        cohorts[f"unseen_{share:.2f}"] = draw_patients(records, seed, "unseen", prevalence=share)
    return {name: balanced_accuracy(patients) for name, patients in cohorts.items()}


def balanced_accuracy(patients: list[Patient]) -> float:
    truth = np.array([patient.disease.hpv for patient in patients])
    called = np.array([patient.hpv_log_likelihood_ratio > 0 for patient in patients])
    return float((called[truth].mean() + (~called[~truth]).mean()) / 2)


def record_table(patients: list[Patient]) -> NDArray[np.float64]:
    """Return the seven clinical columns as they stand in the tables, 0 and an indicator where a cell is empty."""
    rows = []
    for patient in patients:
        clinical, gone = patient.clinical, patient.missing
        row = [(clinical.age_years - 60) / 10, float(clinical.male)]
        for name in ("tobacco", "alcohol", "performance", "treatment"):
            row += [0.0, 1.0] if name in gone else [float(getattr(clinical, name)), 0.0]
        row += [0.0] if "m_stage" in gone else [float(clinical.m_stage == "M1")]
        rows.append(row)
    return np.array(rows)


def fit_cox(x: NDArray[np.float64], days: NDArray[np.float64], event: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Fit a Cox model (Breslow ties, a small ridge) by Newton's method and return its coefficients."""
    order = np.argsort(-days, kind="stable")
    x, event = x[order], event[order]
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        hazard = np.exp(x @ beta)
        total = np.cumsum(hazard)
        mean = np.cumsum(hazard[:, None] * x, axis=0) / total[:, None]
        square = np.cumsum(hazard[:, None, None] * x[:, :, None] * x[:, None, :], axis=0) / total[:, None, None]
        gradient = (x - mean)[event].sum(axis=0) - 0.1 * beta
        information = (square - mean[:, :, None] * mean[:, None, :])[event].sum(axis=0) + 0.1 * np.eye(x.shape[1])
        step = np.linalg.solve(information, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def c_index(risk: NDArray[np.float64], days: NDArray[np.float64], event: NDArray[np.bool_]) -> float:
    """Return Harrell's C: share of comparable pairs in which the earlier event has the higher risk, ties a half."""
    concordant = comparable = 0.0
    for i in np.flatnonzero(event):
        later = days > days[i]
        comparable += later.sum()
        concordant += (risk[later] < risk[i]).sum() + 0.5 * (risk[later] == risk[i]).sum()
    return float(concordant / comparable)


if __name__ == "__main__":
    main()
