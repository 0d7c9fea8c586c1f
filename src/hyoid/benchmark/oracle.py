"""The ceiling on synthetic patients: what their hidden truth knows of HPV status and recurrence."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from scipy.special import expit

from hyoid.benchmark.figures import overall_figures
from hyoid.benchmark.row import BenchmarkRow
from hyoid.cohort import Cohort
from hyoid.evaluation import evaluate_hpv, evaluate_survival, knows_centers
from hyoid.phantom import TRUTH_FILE
from hyoid.recipe.stage import Task

ORACLE = "oracle (the phantom's hidden truth)"
"""Title of the row that no model can pass but by chance."""


def oracle_rows(
    cohort: Cohort, split: str, tasks: Sequence[Task], folds: Sequence[Sequence[str]] = ()
) -> list[BenchmarkRow]:
    """Return what the true log-likelihood ratio of HPV status, and the true log-hazard, reach on a phantom cohort.

    Ranks are compared within the reported `folds` (ids), as those of the models are; without folds, of all patients.
    Of a cohort that is no phantom there is nothing.
    """
    path = cohort.root / TRUTH_FILE
    if not path.is_file():
        return []
    truth, rows = pd.read_csv(path), []
    truth = truth[truth["PatientID"].isin([case.id for case in cohort.cases])]
    patients = truth[["PatientID"]]
    if folds:
        fold_of = {case_id: f"fold-{number}" for number, ids in enumerate(folds) for case_id in ids}
        truth = truth[truth["PatientID"].isin(list(fold_of))]
        patients = truth[["PatientID"]].assign(fold=truth["PatientID"].map(fold_of))
    stratify = knows_centers(cohort.cases)
    if "hpv" in tasks:
        ratio = truth["hpv_log_likelihood_ratio"]
        answers = {"hpv_probability": expit(ratio), "hpv_decision": (ratio > 0).astype(int)}
        table = patients.assign(**answers)
        rows.append(BenchmarkRow(ORACLE, split, "hpv", overall_figures(evaluate_hpv(table, cohort, stratify=stratify))))
    if "rfs" in tasks:
        table = patients.assign(rfs_risk=truth["log_hazard"])
        found = evaluate_survival(table, cohort, stratify=stratify)
        rows.append(BenchmarkRow(ORACLE, split, "rfs", overall_figures(found)))
    return rows
