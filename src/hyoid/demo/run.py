"""The whole life cycle on a synthetic cohort: check, train, evaluate out of fold, predict, report."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hyoid import api
from hyoid.cohort import check_cohort, read_cohort
from hyoid.demo.hpv import train_hpv
from hyoid.demo.report import DemoResult, report
from hyoid.demo.rfs import train_rfs
from hyoid.errors import HyoidError
from hyoid.evaluation import paired_difference, suv_floor
from hyoid.files import read_json, write_json, write_text
from hyoid.phantom import write_cohort, write_records
from hyoid.version import __version__

RECIPE = "baseline-unet"
PRESET = "tiny"
OVERRIDES = (
    "split.folds=2",
    "stages.0.training.epochs=36",
    "stages.0.training.patches_per_case=1",
    "stages.0.training.augment.0.axes=[x]",
    "stages.0.training.select.every_epochs=12",
)
"""What fits minutes: two folds; one patch of each case in an epoch, for many looks at few cases teach less; left-right
mirror images only, for so short a training cannot learn eight poses."""
PATIENTS = 96
RECORDS = 700
"""Patients of the table that HPV status is learned from: of known status are about as many as in the challenge's, and a
tenth of them is negative. Of 96 patients, 5 are, from whom nothing can be learned or measured."""
UNSEEN_PATIENTS = 3
SEED = 2025


def run_demo(
    out: Path,
    *,
    patients: int = PATIENTS,
    overrides: tuple[str, ...] = (),
    jobs: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> DemoResult:
    """Run the demo into `out` and return what it found; an earlier demo there is replaced.

    `say` is told each step before it begins.

    Raises
    ------
    HyoidError
        If `out` holds something that is not a demo.
    """
    started = time.perf_counter()
    _clear(out)
    write_json(out / "demo.json", {"hyoid": __version__, "patients": patients, "seed": SEED})
    say(f"1/8 Making {patients + UNSEEN_PATIENTS} synthetic patients")
    write_cohort(out / "cohort", patients, seed=SEED, size="tiny", jobs=jobs)
    write_records(out / "records.csv", RECORDS, seed=SEED)
    write_cohort(out / "unseen", UNSEEN_PATIENTS, seed=SEED + 1, size="tiny", centers="unseen", jobs=jobs)
    say("2/8 Checking the cohort")
    cohort = read_cohort(out / "cohort")
    findings = check_cohort(cohort, jobs=jobs)
    write_json(out / "findings.json", [finding.to_dict() for finding in findings])
    say("3/8 Training two folds and predicting each case by the one that did not see it (some minutes)")
    training = api.train(cohort, RECIPE, out / "run", preset=PRESET, overrides=(*OVERRIDES, *overrides), jobs=jobs)
    say("4/8 Looking for the best SUV threshold, on other cases, as the floor")
    folds = [fold["report"] for fold in read_json(out / "run" / "splits.json")]
    floor = suv_floor([cohort.case(i) for i in training.run.reported], folds, out=out / "floor", jobs=jobs)
    say(f"5/8 Training a classifier of HPV status on the records of {RECORDS} patients")
    hpv = train_hpv(out, jobs)
    say("6/8 Training a prognosis of recurrence on records and lesion measures, and on records alone")
    rfs = train_rfs(cohort, out, jobs)
    say("7/8 Predicting patients of centres that were never seen")
    bundles = [one.bundle.folder for one in (training, rfs.trained, hpv.kfold)]
    predicted = api.predict(bundles, out / "predictions", cohort=out / "unseen")
    say("8/8 Writing the report")
    lead = paired_difference(training.segmentation, floor.result, "gtvp_dsc_exclude")
    seconds = time.perf_counter() - started
    result = DemoResult(out / "report.html", training, floor, hpv, rfs, lead, seconds)
    write_text(result.report, report(out, cohort, len(findings), result, predicted))
    return replace(result, seconds=time.perf_counter() - started)


def _clear(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()):
        if not (out / "demo.json").is_file():
            raise HyoidError.of(f"other files in {out}", "an empty folder or an earlier demo", "Choose another --out.")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
