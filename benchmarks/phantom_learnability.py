"""Whether the phantom can be learnt: a network, out of fold, against the best automatic SUV threshold.

A phantom cohort is made, the baseline U-Net is cross-validated on it at preset `tiny`, and the SUV thresholds are
chosen on the other fold's cases, for GTVp and GTVn each by its own measure. The lead is paired: the same patients, the
same bootstrap samples. Neither the demo's settings nor the phantom were tried on this seed.

Run: python benchmarks/phantom_learnability.py [--patients N] [--epochs E] [--seed S] [--jobs J] [--out FILE]
With --work DIR the cohort and the run are kept there and a killed run goes on.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from hyoid import api
from hyoid.cohort import Cohort, read_cohort
from hyoid.demo import OVERRIDES, PRESET, RECIPE
from hyoid.evaluation import paired_difference, suv_floor
from hyoid.files import read_json, write_json
from hyoid.phantom import write_cohort

MEASURES = ("gtvp_dsc_exclude", "gtvn_dsc_agg", "gtvn_f1_agg")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=160)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = learn(options.work or Path(folder), options.patients, options.epochs, options.seed, options.jobs)
    print(result)
    if options.out:
        write_json(options.out, result)


def learn(work: Path, patients: int, epochs: int, seed: int, jobs: int) -> dict[str, Any]:
    """Return settings, times and the two comparisons."""
    started = time.perf_counter()
    if not (work / "cohort").is_dir():
        write_cohort(work / "cohort", patients, seed, jobs=jobs, broken=False)
    cohort = read_cohort(work / "cohort")
    overrides = (*OVERRIDES, f"stages.0.training.epochs={epochs}")
    resume = (work / "run").is_dir()
    training = api.train(cohort, RECIPE, work / "run", preset=PRESET, overrides=overrides, resume=resume, jobs=jobs)
    trained = time.perf_counter()
    return {
        "benchmark": "phantom_learnability",
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "hardware": {"machine": platform.machine(), "cores": os.cpu_count(), "gpu": torch.cuda.is_available()},
        "versions": {name: version(name) for name in ("torch", "monai", "numpy")},
        "cohort": {"patients": patients, "seed": seed, "size": "tiny"},
        "training": {"recipe": RECIPE, "preset": PRESET, "overrides": overrides},
        "comparison": compare(cohort, training, work, jobs),
        "seconds": {
            "resumed": resume,
            "cohort_and_training": round(trained - started),
            "all": round(time.perf_counter() - started),
        },
    }


def compare(cohort: Cohort, training: api.TrainResult, work: Path, jobs: int) -> dict[str, Any]:
    """Return network, threshold and paired lead in each measure."""
    folds = [fold["report"] for fold in read_json(work / "run" / "splits.json")]
    floor = suv_floor([cohort.case(i) for i in training.run.reported], folds, jobs=jobs)
    chosen = [pair.to_dict() for pair in dict.fromkeys(floor.chosen.values())]
    return {
        name: {
            "network_out_of_fold": training.evaluation.cohort[name].to_dict(),
            "suv_threshold": floor.result.cohort[name].to_dict(),
            "lead": paired_difference(training.evaluation, floor.result, name).to_dict(),
        }
        for name in MEASURES
    } | {"thresholds": chosen}


if __name__ == "__main__":
    main()
