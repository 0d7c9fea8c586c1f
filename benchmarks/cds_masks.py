"""What a survival network loses when it is applied to predicted masks and to an inferred HPV status.

The authors of `cds-rfs` trained on the experts' masks and the recorded status, applied the network to predicted ones,
and could only guess that this is why their C-index fell from 0.74 to 0.45. Here four networks are trained on tiny
phantoms, on expert or predicted masks and on the recorded or a predicted status, and each is applied, without another
training, to two kinds of masks and three of status: recorded, decided by one fold of the classifier, or by all. Folds,
upstream models and patients are the same everywhere; differences are paired, to what the same network says of the
expert's mask and the recorded status. A half of the patients are HPV-negative, more than such a cohort holds, so that
the classifier has something to learn from. Networks of preset `tiny` and few epochs: the table says what the mismatch
does to a score, not what the system is worth.

Run: python benchmarks/cds_masks.py [--patients N] [--epochs E] [--work DIR] [--jobs J] [--out FILE]
With --work, the cohort and the runs are kept there, and a second call only applies them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import shutil
import tempfile
import time
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hyoid.cohort import Cohort, read_cohort
from hyoid.evaluation import compare_survival, evaluate_survival
from hyoid.files import read_json, write_json
from hyoid.metrics import Interval
from hyoid.phantom import draw_patients, write_cohort
from hyoid.recipe import Recipe, load_recipe
from hyoid.training import prognoses_under, train_run
from hyoid.training.chunked import open_chunked
from hyoid.training.expert_masks import EXPERT_MASKS
from hyoid.training.inferred import INFERRED, PREDICTED_MASKS

TRAINED = tuple(product(("expert", "predicted"), ("recorded", "predicted")))
APPLIED = tuple(product(("expert", "predicted"), ("recorded", "single_fold", "ensemble")))
REFERENCE = ("expert", "recorded")
SHARED = ("upstream", PREDICTED_MASKS, INFERRED)
"""What of a fold does not depend on what its network is trained on, and is made once."""
DRAWN = 1000
"""Patients of whom the first with all that is needed are written."""

SEGMENTATION = (
    "preprocess.frame.spacing_mm=[6.25, 6.25, 6.25]",
    "stages.0.training.patch_mm=[200, 200, 300]",
    "stages.0.training.patches_per_case=1",
    "stages.0.training.augment.0.axes=[x]",
    "stages.0.training.select.every_epochs=20",
    "inference.window.overlap=0.1",
)
"""As `hyoid demo` learns to segment phantoms in minutes, on voxels and patches that need two windows a patient."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, default=60)
    parser.add_argument("--seed", type=int, default=800)
    parser.add_argument("--event-rate", type=float, default=0.35)
    parser.add_argument("--folds", type=int, default=2, help="outer folds")
    parser.add_argument("--inner-folds", type=int, default=2, help="folds of the cross-fit of both upstream recipes")
    parser.add_argument("--epochs", type=int, default=10, help="of the survival networks")
    parser.add_argument("--mask-epochs", type=int, default=60, help="of the segmentation networks")
    parser.add_argument("--work", type=Path, help="folder that keeps the cohort and the runs (default: temporary)")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path, help="write the figures there as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        result = measure(options.work or Path(temporary), options)
    if options.out:
        write_json(options.out, result)
    print(as_table(result))


def measure(work: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Train the four networks and apply each under the six conditions."""
    started = time.perf_counter()
    cohort = make_cohort(work / "cohort", options)
    rows, wrong = [], None
    for mask, hpv in TRAINED:
        run = train(cohort, recipe(mask, hpv, options), work, f"{mask}-{hpv}", options.jobs)
        tables = {
            (m, h): prognoses_under(run, cohort, mask=m, hpv=h, store=work / "store", device="cpu") for m, h in APPLIED
        }
        wrong = wrong or how_wrong(run, cohort)
        rows += [
            {"trained": {"mask": mask, "hpv": hpv}, "applied": {"mask": m, "hpv": h}, **score(tables, (m, h), cohort)}
            for m, h in APPLIED
        ]
    return {
        "benchmark": "cds_masks",
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "hardware": {"machine": platform.machine(), "cores": os.cpu_count()},
        "versions": {name: version(name) for name in ("torch", "monai", "numpy", "scikit-learn")},
        "options": {name: value for name, value in vars(options).items() if name not in {"work", "out", "jobs"}},
        "inferred_inputs": wrong,
        "rows": rows,
        "seconds": round(time.perf_counter() - started),
    }


def make_cohort(folder: Path, options: argparse.Namespace) -> Cohort:
    """Write and read the phantoms, of known HPV status, a half of them negative."""
    if not folder.is_dir():
        drawn = draw_patients(DRAWN, options.seed, event_rate=options.event_rate)
        known = [one for one in drawn if "hpv" not in one.missing]
        negatives = [one.id for one in known if not one.disease.hpv][: options.patients // 2]
        positives = [one.id for one in known if one.disease.hpv][: options.patients - len(negatives)]
        write_cohort(
            folder,
            DRAWN,
            options.seed,
            broken=False,
            event_rate=options.event_rate,
            keep=[*negatives, *positives],
            jobs=options.jobs,
        )
    return read_cohort(folder)


def recipe(mask: str, hpv: str, options: argparse.Namespace) -> Recipe:
    """Return `cds-rfs` at preset tiny, trained on this mask and this status."""
    return load_recipe(
        "cds-rfs",
        preset="tiny",
        overrides=[
            f"inputs.mask.train={mask}",
            f"inputs.hpv.train={hpv}",
            "inputs.mask.recipe=baseline-unet",
            f"inputs.mask.folds={options.inner_folds}",
            f"inputs.hpv.folds={options.inner_folds}",
            f"inputs.mask.overrides={[*SEGMENTATION, f'stages.0.training.epochs={options.mask_epochs}']}",
            f"stages.0.training.epochs={options.epochs}",
            f"split={{name: kfold, folds: {options.folds}}}",
        ],
    )


def train(cohort: Cohort, chosen: Recipe, work: Path, name: str, jobs: int) -> Path:
    """Train a network, or go on with it, beside the upstream models of the first one."""
    run, first = work / "runs" / name, work / "runs" / "-".join(TRAINED[0])
    if run != first and not run.is_dir():
        for fold in sorted(first.glob("fold-*")):
            (run / fold.name).mkdir(parents=True)
            for part in SHARED:
                copy = shutil.copytree if (fold / part).is_dir() else shutil.copyfile
                copy(fold / part, run / fold.name / part)
    train_run(cohort, chosen, run, store=work / "store", device="cpu", resume=True, jobs=jobs)
    if (run / "splits.json").read_bytes() != (first / "splits.json").read_bytes():
        raise SystemExit("The folds differ: the networks cannot be compared.")
    return run


def score(
    tables: dict[tuple[str, str], pd.DataFrame], applied: tuple[str, str], cohort: Cohort
) -> dict[str, dict[str, Any]]:
    """Return the C-index, and how far it lies from the same network's on the expert's mask and the recorded status."""
    found = {"c_index": shown(evaluate_survival(tables[applied], cohort).cohort["c_index"])}
    if applied != REFERENCE:
        paired = compare_survival(tables[applied], tables[REFERENCE], cohort).differences["c_index"]
        found["difference"] = shown(paired)
    return found


def how_wrong(run: Path, cohort: Cohort) -> dict[str, Any]:
    """Return how far the inferred inputs of reported patients are from the expert's mask and the recorded status."""
    dice: dict[str, list[float]] = {"gtvp": [], "gtvn": []}
    agreed: dict[str, list[bool]] = {"single_fold": [], "ensemble": []}
    for k, fold in enumerate(read_json(run / "splits.json")):
        folder = run / f"fold-{k}"
        for case_id in fold["report"]:
            predicted, expert = (
                open_chunked(path / f"{case_id}.b2nd")[:] for path in (folder / PREDICTED_MASKS, run / EXPERT_MASKS)
            )
            for value, name in ((1, "gtvp"), (2, "gtvn")):
                ours, theirs = predicted == value, expert == value
                if theirs.any():
                    dice[name].append(2 * float((ours & theirs).sum()) / float(ours.sum() + theirs.sum()))
        decided = read_json(folder / INFERRED)["hpv"]
        for source, known in agreed.items():
            statuses = {i: cohort.case(i).hpv for i in fold["report"]}
            known += [decided[source][i] == status for i, status in statuses.items() if status is not None]
    means = {f"dice_{name}": round(float(np.mean(values)), 3) for name, values in dice.items()}
    return means | {f"hpv_agreement_{source}": round(float(np.mean(known)), 3) for source, known in agreed.items()}


def shown(interval: Interval) -> dict[str, Any]:
    """Return a figure with its interval."""
    return {"value": interval.value, "interval": [interval.low, interval.high], "n": interval.n}


def as_table(result: dict[str, Any]) -> str:
    """Return the rows as Markdown."""
    lines = [
        f"{result['options']['patients']} phantoms, {result['seconds']} s; inferred: {result['inferred_inputs']}",
        "",
        "| trained on mask, HPV | applied to mask, HPV | C (95 % interval) | difference to expert, recorded |",
        "|---|---|---|---|",
    ]
    for row in result["rows"]:
        sides = (", ".join(row[side].values()) for side in ("trained", "applied"))
        figures = [cell(row["c_index"], ""), cell(row["difference"], "+") if "difference" in row else ""]
        lines.append(f"| {' | '.join([*sides, *figures])} |")
    return "\n".join(lines)


def cell(figure: dict[str, Any], sign: str) -> str:
    """Return a figure and its interval."""
    low, high = figure["interval"]
    return f"{figure['value']:{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"


if __name__ == "__main__":
    main()
