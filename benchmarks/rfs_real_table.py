"""Recurrence-free survival from a real clinical table: four estimators, two endpoints, also in left-out hospitals.

The table is TCIA's Head-Neck-PET-CT, 298 patients of four hospitals, `head-neck-pet-ct-clinical` in the folder that
HYOID_TEST_DATA names, read by docs/examples/head-neck-pet-ct-recurrence.yaml and -recurrence-or-death.yaml. Each of the
baseline recipes' variants `ehr` is cross-validated by 5 folds and by leaving each hospital out. The recipes' columns
tobacco, alcohol and performance status are not in the table; site, T and N stage and HPV status, which are, stand in
their place. M stage is left out: it is M0 in all but four patients, all of one hospital. All that is used was known
before the treatment.

Run: python benchmarks/rfs_real_table.py [--out FILE] (prints Markdown)
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import tempfile
import time
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import hyoid
from hyoid.cohort import Cohort
from hyoid.evaluation import SurvivalResult, observed_of
from hyoid.files import write_json
from hyoid.metrics import Interval
from hyoid.metrics.survival import SurvivalCases, SurvivalStatistics
from hyoid.progress import set_quiet

TABLE = Path("head-neck-pet-ct-clinical") / "head_neck_pet_ct_canada.csv"
EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
ENDPOINTS = ("recurrence", "recurrence-or-death")
ESTIMATORS = ("coxph", "deephit", "mtlr", "icare")
SPLITS = {"5 folds": "{name: kfold, folds: 5}", "each hospital left out": "{name: leave_one_center_out}"}
COLUMNS = "[age, gender, site, t_stage, n_stage, hpv, treatment]"
MEASURES = {
    "c_index": "C, pairs within a fold",
    "c_index_within_hospitals": "C, of these the pairs within a hospital",
    "uno_c": "Uno's C",
    "brier_integrated": "integrated Brier score",
    "brier_scaled_integrated": "its scaled form",
    "calibration_slope_1095": "calibration slope, 3 years",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="write the JSON here")
    options = parser.parse_args()
    if "HYOID_TEST_DATA" not in os.environ:
        print("Skipped: HYOID_TEST_DATA is not set, the real clinical table is not there.")
        return
    result = measure(Path(os.environ["HYOID_TEST_DATA"]) / TABLE)
    print(markdown(result))
    if options.out:
        write_json(options.out, result)


def measure(table: Path) -> dict[str, Any]:
    """Return what every estimator is worth on every endpoint in both splits."""
    started = time.perf_counter()
    cohorts = {name: read(table, name) for name in ENDPOINTS}
    rows = list(product(ENDPOINTS, SPLITS, ESTIMATORS))
    found = [train(cohorts[endpoint], *rest) for endpoint, *rest in rows]  # two seconds each: not worth processes
    return {
        "benchmark": "rfs_real_table",
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "hardware": {"machine": platform.machine(), "cores": os.cpu_count()},
        "versions": {name: version(name) for name in ("torch", "numpy", "scipy")},
        "seconds": round(time.perf_counter() - started),
        "inputs.clinical.columns": COLUMNS,
        "notes": {name: cohort.notes for name, cohort in cohorts.items()},
        "rows": [
            {"endpoint": endpoint, "split": split, "recipe": recipe(estimator), **one}
            for (endpoint, split, estimator), one in zip(rows, found, strict=True)
        ],
    }


def read(table: Path, endpoint: str) -> Cohort:
    """Return the cohort of an endpoint."""
    return hyoid.read_cohort(table, EXAMPLES / f"head-neck-pet-ct-{endpoint}.yaml")


def recipe(estimator: str) -> str:
    """Return the recipe that fits an estimator to the clinical record."""
    return f"baseline-rfs-{estimator}:ehr"


def train(cohort: Cohort, split: str, estimator: str) -> dict[str, Any]:
    """Cross-validate one recipe; return its measures."""
    set_quiet(True)
    overrides = [f"split={SPLITS[split]}", f"inputs.clinical.columns={COLUMNS}"]
    with tempfile.TemporaryDirectory() as folder:
        trained = hyoid.train(cohort, recipe(estimator), Path(folder) / "run", overrides=overrides, device="cpu")
    return summary(trained.survival)


def summary(result: SurvivalResult) -> dict[str, Any]:
    """Return patients, events, end of Uno's C, horizons without an answer, and the measures of cohort and hospitals."""
    measures = {**result.cohort, "c_index_within_hospitals": within_hospitals(result)}
    return {
        "n": len(result.cases),
        "events": result.events,
        "folds": result.folds,
        "median_follow_up_days": result.median_follow_up_days,
        "uno_tau_days": result.tau,
        "not_answered": [horizon.to_dict() for horizon in result.horizons if not horizon.answered],
        "measures": {name: measures[name].to_dict() for name in MEASURES if name in measures},
        "c_index_of_hospitals": {
            center: measures["c_index"].to_dict() for center, measures in result.centers.items() if measures
        },
    }


def within_hospitals(result: SurvivalResult) -> Interval:
    """Return Harrell's C on pairs of one fold and one hospital: a model that only tells hospitals apart has 0.5."""
    observed = observed_of((case.event, case.days) for case in result.cases)
    labels = [f"{case.fold} {case.center}" for case in result.cases]
    cases = SurvivalCases.of(observed, [case.risk for case in result.cases], fold=labels)
    strata = [str(case.center) for case in result.cases] if result.stratified else None
    return SurvivalStatistics(cases, (), None).intervals(result.bootstrap, strata)["c_index"]


def markdown(result: dict[str, Any]) -> str:
    """Return the table: value and 95 % interval of each measure, endpoint after endpoint."""
    lines = []
    for endpoint in ENDPOINTS:
        rows = [row for row in result["rows"] if row["endpoint"] == endpoint]
        lines += [f"\n{endpoint}: {rows[0]['n']} patients, {rows[0]['events']} events", ""]
        lines += [f"- {note}" for note in result["notes"][endpoint]]
        lines += ["", f"| recipe | split | {' | '.join(MEASURES.values())} |", "|---" * (len(MEASURES) + 2) + "|"]
        for row in rows:
            cells = [cell(row["measures"].get(name)) for name in MEASURES]
            lines.append(f"| `{row['recipe']}` | {row['split']} | {' | '.join(cells)} |")
    return "\n".join([*lines, f"\n{result['seconds']} seconds"])


def cell(measure: dict[str, Any] | None) -> str:
    """Return a measure with its interval, `-` where it does not exist."""
    if measure is None:
        return "-"
    return f"{measure['value']:.3f} ({measure['low']:.3f} to {measure['high']:.3f})"


if __name__ == "__main__":
    main()
