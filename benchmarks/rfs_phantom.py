"""Survival models on synthetic patients: inside, in a left-out centre, and in hospitals that were never seen.

400 tiny phantoms of the training centres, 35 % of them with a recurrence that is seen, and 150 of unseen centres. Each
recipe is cross-validated by k-fold and by leave-one-centre-out; the k-fold bundle predicts the unseen centres. The
oracle is the true log-hazard, on the same patients; the record's oracle is the part of it that the clinical table
holds. Lesion measures are compared with the record alone on the same patients, paired. Networks run at preset `tiny`
for few epochs: the table says what the procedure does to a score, not what an architecture is worth.

Run: python benchmarks/rfs_phantom.py [--work DIR] [--recipes A,B,...] [--jobs J] [--out FILE]
With --work, cohorts and runs are kept there, and a second call adds recipes to what is in the --out file.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from hyoid import api
from hyoid.cohort import read_cohort
from hyoid.evaluation import SurvivalResult, compare_survival, evaluate_survival
from hyoid.files import read_json, write_json
from hyoid.metrics import Interval
from hyoid.phantom import TRUTH_FILE, write_cohort
from hyoid.recipe import load_recipe
from hyoid.training import OUT_OF_FOLD, PREDICTIONS

PATIENTS, SEED = 400, 600
UNSEEN_PATIENTS, UNSEEN_SEED = 150, 700
EVENT_RATE = 0.35
SPLITS = {"kfold": "{name: kfold, folds: 5}", "leave_one_center_out": "{name: leave_one_center_out}"}
FLOOR, RECORD = "rfs-lesions", "rfs-lesions:clinical"
EPOCHS = {"baseline-rfs-icare": (2, 1), "glasgow-rfs": (2, 1)}
"""Epochs of the networks and after how many the estimator is fitted anew, chosen by the time that they take."""
MEASURES = ("c_index", "uno_c", "auc_mean", "brier_integrated", "brier_scaled_integrated")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="folder that keeps cohorts and runs (default: a temporary one)")
    parser.add_argument("--recipes", default=f"{RECORD},{FLOOR},rfs-lesions:icare_clinical,rfs-lesions:icare")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        run(options.work or Path(temporary), options)


def run(work: Path, options: argparse.Namespace) -> None:
    """Measure the recipes that were asked for, and print and write all that is known."""
    make_cohorts(work, options.jobs)
    found = read_json(options.out) if options.out and options.out.is_file() else {}
    train = read_cohort(work / "train")
    result = {
        "benchmark": "rfs_phantom",
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "hardware": {"machine": platform.machine(), "cores": os.cpu_count()},
        "versions": {name: version(name) for name in ("torch", "monai", "numpy", "scikit-learn")},
        "training": {"seed": SEED, "patients": PATIENTS, "event_rate": EVENT_RATE, "size": "tiny"},
        "known_outcome": sum(case.relapse is not None for case in train.cases),
        "unseen": {"seed": UNSEEN_SEED, "patients": UNSEEN_PATIENTS},
        "oracle": {name: oracle(work / name) for name in ("train", "unseen")},
        "recipes": found.get("recipes", {}),
        "paired": found.get("paired", {}),
    }
    for spec in options.recipes.split(","):
        result["recipes"][spec] = measure(spec, work, options.jobs)
        if options.out:
            write_json(options.out, result)
    if {FLOOR, RECORD} <= result["recipes"].keys():
        result["paired"] = {f"{FLOOR} - {RECORD}": {split: paired(work, split) for split in SPLITS}}
    if options.out:
        write_json(options.out, result)
    print(json.dumps(result, indent=2))


def make_cohorts(work: Path, jobs: int) -> None:
    """Write the cohorts that are not there yet."""
    for name, patients, seed in (("train", PATIENTS, SEED), ("unseen", UNSEEN_PATIENTS, UNSEEN_SEED)):
        if not (work / name).is_dir():
            centers = {"centers": "unseen"} if name == "unseen" else {}
            write_cohort(work / name, patients, seed, broken=False, event_rate=EVENT_RATE, jobs=jobs, **centers)


def oracle(cohort: Path) -> dict[str, Any]:
    """Return what the true log-hazard reaches on a cohort, and the part of it that the clinical record holds."""
    truth = pd.read_csv(cohort / TRUTH_FILE)
    columns = {"log_hazard": "log_hazard", "record": "record_log_hazard"}
    tables = {
        name: pd.DataFrame({"PatientID": truth["PatientID"], "rfs_risk": truth[column]})
        for name, column in columns.items()
    }
    return {name: summary(evaluate_survival(table, cohort)) for name, table in tables.items()}


def measure(spec: str, work: Path, jobs: int) -> dict[str, Any]:
    """Cross-validate a recipe both ways, and predict the unseen centres by the k-fold bundle."""
    epochs, every = EPOCHS.get(spec.split(":", maxsplit=1)[0], (None, None))
    network = load_recipe(spec).has_network
    overrides = []
    if network and epochs is not None:
        overrides = [f"stages.0.training.epochs={epochs}", f"stages.0.training.select.every_epochs={every}"]
    result: dict[str, Any] = {"epochs": epochs if network else None}
    for name, split in SPLITS.items():
        started = time.perf_counter()
        folder = run_folder(work, spec, name)
        trained = api.train(
            work / "train",
            spec,
            folder,
            preset="tiny" if network else None,
            overrides=[*overrides, f"split={split}"],
            store=work / "store",
            jobs=jobs,
            device="cpu",
            resume=folder.is_dir(),
        )
        result[name] = summary(trained.survival) | {"seconds": round(time.perf_counter() - started)}
        if name == "kfold":
            out = folder / "unseen"
            api.predict([folder], out, cohort=work / "unseen", device="cpu")
            table = pd.read_csv(out / PREDICTIONS)
            result["unseen"] = summary(evaluate_survival(table[table["rfs_risk"].notna()], work / "unseen"))
    return result


def run_folder(work: Path, spec: str, split: str) -> Path:
    """Return where a recipe's run lies."""
    return work / "runs" / f"{spec.replace(':', '-')}-{split}"


def paired(work: Path, split: str) -> dict[str, Any]:
    """Return what lesion measures add to the record, on the same patients."""
    first, second = (run_folder(work, spec, split) / OUT_OF_FOLD / PREDICTIONS for spec in (FLOOR, RECORD))
    return shown(compare_survival(first, second, work / "train").differences)


def summary(result: SurvivalResult) -> dict[str, Any]:
    """Return the measures with intervals."""
    events = sum(case.event for case in result.cases)
    return {"cases": len(result.cases), "events": events, **shown(result.cohort)}


def shown(measures: dict[str, Interval]) -> dict[str, Any]:
    """Return the measures that stand in the table, as far as there are any."""
    return {
        name: {"value": one.value, "interval": [one.low, one.high], "n": one.n}
        for name, one in measures.items()
        if name in MEASURES
    }


if __name__ == "__main__":
    main()
