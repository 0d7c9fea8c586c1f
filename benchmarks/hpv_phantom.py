"""HPV classifiers on synthetic patients: inside, in a left-out centre, and in hospitals that were never seen.

400 tiny phantoms of the training centres with known HPV status, 60 of them negative (more than such a cohort holds by
itself: the first 60 negatives and 340 positives that are drawn), and three cohorts of unseen centres with 20, 58 and
80 % positive. Each recipe is cross-validated by k-fold and by leave-one-centre-out; the k-fold bundle predicts the
unseen centres as it is, and corrected for the prevalence there. The oracle is the true log-likelihood ratio at
threshold 0, on the same patients. Networks run at preset `tiny` for few epochs: the table says what the procedure does
to a score, not what an architecture is worth.

Run: python benchmarks/hpv_phantom.py [--work DIR] [--recipes A,B,...] [--jobs J] [--out FILE]
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
from scipy.special import expit, logit

from hyoid import api
from hyoid.decision import PriorShift
from hyoid.evaluation import ClassificationResult, evaluate_hpv
from hyoid.files import read_json, write_json
from hyoid.phantom import TRUTH_FILE, draw_patients, write_cohort
from hyoid.recipe import load_recipe

SEED, UNSEEN_SEED = 400, 500
NEGATIVES, POSITIVES, UNSEEN_PATIENTS = 60, 340, 150
PREVALENCES = (0.20, 0.58, 0.80)
SPLITS = {"kfold": "{name: kfold, folds: 5}", "leave_one_center_out": "{name: leave_one_center_out}"}
EPOCHS = {
    "subtle-hpv": 1,
    "glasgow-hpv": 2,
    "glasgow-hpv:clinical": 20,
    "baseline-hpv-resnet18": 2,
    "baseline-hpv-densenet121": 1,
    "baseline-hpv-vit": 2,
    "baseline-hpv-efficientnet": 1,
    "baseline-hpv-senet": 2,
}
"""Epochs of the networks, chosen by the time that they take."""
MEASURES = ("balanced_accuracy", "auc", "sensitivity", "specificity")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, help="folder that keeps cohorts and runs (default: a temporary one)")
    parser.add_argument("--recipes", default="hpv-logistic,hpv-logistic:clinical,glasgow-hpv:clinical")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        run(options.work or Path(temporary), options)


def run(work: Path, options: argparse.Namespace) -> None:
    """Measure the recipes that were asked for, and print and write all that is known."""
    make_cohorts(work, options.jobs)
    found = read_json(options.out) if options.out and options.out.is_file() else {}
    result = {
        "benchmark": "hpv_phantom",
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "hardware": {"machine": platform.machine(), "cores": os.cpu_count()},
        "versions": {name: version(name) for name in ("torch", "monai", "numpy", "scikit-learn")},
        "training": {"seed": SEED, "negatives": NEGATIVES, "positives": POSITIVES, "size": "tiny"},
        "unseen": {"seed": UNSEEN_SEED, "patients": UNSEEN_PATIENTS, "prevalences": PREVALENCES},
        "oracle": oracle(work),
        "recipes": found.get("recipes", {}),
    }
    for spec in options.recipes.split(","):
        result["recipes"][spec] = measure(spec, work, options.jobs)
        if options.out:
            write_json(options.out, result)
    print(json.dumps(result, indent=2))


def make_cohorts(work: Path, jobs: int) -> None:
    """Write the cohorts that are not there yet."""
    if not (work / "train").is_dir():
        patients = 1000
        drawn = [patient for patient in draw_patients(patients, SEED) if "hpv" not in patient.missing]
        keep = [patient.id for patient in drawn if not patient.disease.hpv][:NEGATIVES]
        keep += [patient.id for patient in drawn if patient.disease.hpv][:POSITIVES]
        write_cohort(work / "train", patients, SEED, broken=False, keep=keep, jobs=jobs)
    for share in PREVALENCES:
        if not unseen(work, share).is_dir():
            write_cohort(
                unseen(work, share),
                UNSEEN_PATIENTS,
                UNSEEN_SEED,
                centers="unseen",
                prevalence=share,
                broken=False,
                jobs=jobs,
            )


def unseen(work: Path, prevalence: float) -> Path:
    """Return the folder of the unseen centres at a prevalence."""
    return work / f"unseen-{prevalence:.2f}"


def oracle(work: Path) -> dict[str, Any]:
    """Return what the true log-likelihood ratio reaches on each cohort."""
    found = {}
    for cohort in (work / "train", *(unseen(work, share) for share in PREVALENCES)):
        truth = pd.read_csv(cohort / TRUTH_FILE)
        ratio = truth["hpv_log_likelihood_ratio"]
        table = pd.DataFrame(
            {"PatientID": truth["PatientID"], "hpv_probability": expit(ratio), "hpv_decision": (ratio > 0).astype(int)}
        )
        found[cohort.name] = summary(evaluate_hpv(table, cohort))
    return found


def measure(spec: str, work: Path, jobs: int) -> dict[str, Any]:
    """Cross-validate a recipe both ways, and predict the unseen centres by the k-fold bundle."""
    result: dict[str, Any] = {"epochs": EPOCHS.get(spec)}
    overrides = [f"stages.0.training.epochs={EPOCHS[spec]}"] if spec in EPOCHS else []
    preset = "tiny" if load_recipe(spec).stages[-1].kind == "network" else None
    for name, split in SPLITS.items():
        started = time.perf_counter()
        folder = work / "runs" / f"{spec.replace(':', '-')}-{name}"
        trained = api.train(
            work / "train",
            spec,
            folder,
            preset=preset,
            overrides=[*overrides, f"split={split}"],
            store=work / "store",
            jobs=jobs,
            device="cpu",
            resume=folder.is_dir(),
        )
        result[name] = summary(trained.classification) | {"seconds": round(time.perf_counter() - started)}
        if name == "kfold":
            result["unseen"] = {f"{share:.2f}": on_unseen(folder, work, share) for share in PREVALENCES}
    return result


def on_unseen(folder: Path, work: Path, prevalence: float) -> dict[str, Any]:
    """Return what the k-fold bundle is worth at unseen centres, as it is and with its prior corrected."""
    cohort = unseen(work, prevalence)
    out = folder / cohort.name
    api.predict([folder], out, cohort=cohort, device="cpu")
    table = pd.read_csv(out / "predictions.csv")
    table = table[table["hpv_probability"].notna()].astype({"hpv_decision": int})
    shift = PriorShift.of(read_json(folder / "decision.json")["prior"], prevalence)
    # the threshold of the balanced accuracy moves with the prior, so that no decision changes
    corrected = table.assign(hpv_probability=expit(shift.apply(logit(table["hpv_probability"]))))
    return {
        "as_it_is": summary(evaluate_hpv(table, cohort)),
        "prior_corrected": summary(evaluate_hpv(corrected, cohort)),
    }


def summary(result: ClassificationResult) -> dict[str, Any]:
    """Return the measures with intervals, and the Brier score, which a corrected prior changes."""
    measures = {name: result.cohort[name].to_dict() for name in (*MEASURES, "brier")}
    short = {
        name: {"value": one["value"], "interval": [one["low"], one["high"]], "n": one["n"]}
        for name, one in measures.items()
    }
    return {"cases": len(result.cases), "positives": result.positives, **short}


if __name__ == "__main__":
    main()
