"""The gap that leave-one-centre-out predicts, beside the one in hospitals that no model has seen; and what helps there.

For each seed 400 synthetic patients of seven training centres and 200 of three unseen ones: `hyoid benchmark` under
folds of the centres' sizes, leave-one-centre-out and k-fold, whose bundles predict the unseen centres.

- `gap`: size-matched folds less left-out centres (what one can know beforehand) beside k-fold less unseen centres (what
  then comes), of the floors of HPV status and recurrence: bias, and whether the first interval holds the second gap.
- `remedies`: every remedy at the unseen centres, beside the same recipe without it, paired: ComBat with and without
  adjusting to the new hospitals, correction of the prior by its truth and by two estimates, no calibration.

The first five seeds are reported; the sixth is looked at once, at the end.

Run: python benchmarks/honest_gap.py [--seeds 1000,1001,...] [--patients N] [--external N] [--work DIR] [--out FILE]
With --work, cohorts and runs are kept there and a second call goes on with them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from hyoid import api
from hyoid.benchmark import BenchmarkResult, run_benchmark
from hyoid.benchmark.shift import ClassificationSample, compare_recipes
from hyoid.evaluation import evaluate_hpv
from hyoid.files import read_json, write_json
from hyoid.metrics import Bootstrap
from hyoid.phantom import write_cohort
from hyoid.recipe import Recipe, load_recipe

SEEDS = (1000, 1001, 1002, 1003, 1004, 1005)
UNSEEN = 100_000
"""Added to the seed of the training cohort for the unseen one."""
FLOORS = ("hpv-logistic", "rfs-lesions")
REMEDIES = ("combat", "combat_transductive")
UNCALIBRATED = ("inference.decision.calibration={name: none}",)
PRIORS: dict[str, dict[str, Any]] = {
    "prior, by expectation maximisation": {"estimate_prevalence": "em"},
    "prior, by black-box estimation": {"estimate_prevalence": "black_box"},
}


def measure(seed: int, patients: int, external: int, work: Path, jobs: int) -> dict[str, Any]:
    """Run one seed, and return its gaps and what the remedies do."""
    done = work / f"seed-{seed}.json"
    if done.is_file():
        return dict(read_json(done))
    cohorts = {"train": patients, "unseen": external}
    for centers, number in cohorts.items():
        folder = work / f"{centers}-{seed}"
        if not folder.is_dir():
            # phantoms of one number share their anatomy, whatever their centre: the detector finds their copies
            own = seed if centers == "train" else seed + UNSEEN
            write_cohort(folder, number, own, centers=centers, event_rate=0.35, broken=False, masks=True, jobs=jobs)
    inside, outside = (work / f"{centers}-{seed}" for centers in cohorts)
    options: dict[str, Any] = {"external": outside, "cost_cases": 0, "device": "cpu", "jobs": jobs}
    splits = ("kfold", "size-matched", "leave-one-center-out")
    found = run_benchmark(inside, FLOORS, work / f"gap-{seed}", splits=splits, **options)
    others = [load_recipe(f"{floor}:{remedy}") for floor in FLOORS for remedy in REMEDIES]
    remedied = run_benchmark(inside, [*FLOORS, *others], work / f"remedies-{seed}", **options)
    result = {
        "seed": seed,
        "gaps": gaps(found),
        "remedies": differences(remedied) + decisions(inside, outside, work, seed),
        "figures": [row.to_dict() for row in (*found.rows, *remedied.rows)],
    }
    write_json(done, result)
    return result


def gaps(found: BenchmarkResult) -> list[dict[str, Any]]:
    """Return the predicted gap and the one that came, for each measure, of all pairs and within centres."""
    by_key: dict[tuple[str, str, bool], dict[str, Any]] = {}
    for one in found.findings.gaps:
        which = "predicted" if one.split == "leave-one-center-out" else "came"
        key = (one.recipe, one.found.measure, one.found.within_centers)
        by_key.setdefault(key, {})[which] = one.found.difference
    lines = []
    for (recipe, measure_name, within), pair in by_key.items():
        predicted, came = pair["predicted"], pair["came"]
        lines.append(
            {
                "recipe": recipe,
                "measure": measure_name,
                "within_centers": within,
                "predicted": [predicted.value, predicted.low, predicted.high],
                "came": [came.value, came.low, came.high],
                "bias": predicted.value - came.value,
                "half_width": (predicted.high - predicted.low) / 2,
                "covered": bool(predicted.low <= came.value <= predicted.high),
            }
        )
    return lines


def differences(found: BenchmarkResult) -> list[dict[str, Any]]:
    """Return what each variant changes at the unseen centres, against the recipe without it."""
    lines = []
    for one in found.findings.comparisons:
        if one.split != "external":
            continue
        for pair in one.found.differences:
            if pair.first in FLOORS:
                found_, sign = pair.difference, -1  # floor - variant
                low, high = sorted((sign * found_.low, sign * found_.high))
                line = {"remedy": pair.second, "measure": one.found.measure}
                lines.append(line | {"difference": [sign * found_.value, low, high]})
    return lines


def decisions(inside: Path, outside: Path, work: Path, seed: int) -> list[dict[str, Any]]:
    """Return what correcting the prior, and leaving calibration out, change at the unseen centres."""
    run = work / f"remedies-{seed}" / "hpv-logistic--kfold"
    plain = sample(work, outside, run, "without", {})
    truth = np.array([case.hpv for case in plain[1].cases], bool)
    share = float(truth.mean())
    options = {"prior, by the true share": {"prevalence": share}, **PRIORS}
    lines = []
    for title, settings in options.items():
        other = sample(work, outside, run, title, settings)
        lines.append(line_of(title, plain[0], other[0]))
    recipe: Recipe = load_recipe("hpv-logistic", overrides=UNCALIBRATED)
    folder = work / f"uncalibrated-{seed}"
    api.train(inside, recipe, folder, device="cpu", resume=folder.is_dir())
    lines.append(line_of("no calibration", plain[0], sample(work, outside, folder, "uncalibrated", {})[0]))
    return lines


def sample(work: Path, outside: Path, run: Path, title: str, settings: dict[str, Any]) -> tuple[Any, Any]:
    """Predict the unseen patients, and return their decisions as a sample, and the evaluation."""
    out = work / "predicted" / run.parent.name / title.replace(" ", "-").replace(",", "")
    api.predict([run], out, cohort=outside, device="cpu", **settings)
    result = evaluate_hpv(out / "predictions.csv", outside)
    cases = result.cases
    return (
        ClassificationSample.of(
            "balanced_accuracy",
            [case.id for case in cases],
            [case.center or "unknown" for case in cases],
            [case.hpv for case in cases],
            [case.decision for case in cases],
            [case.probability for case in cases],
        ),
        result,
    )


def line_of(title: str, without: Any, with_it: Any) -> dict[str, Any]:
    """Return one line of the table of remedies."""
    compared = compare_recipes({"with": with_it, "without": without}, Bootstrap())
    (pair,) = compared.differences
    found = pair.difference
    line = {"remedy": f"hpv-logistic, {title}", "measure": "balanced_accuracy"}
    return line | {"difference": [found.value, found.low, found.high]}


def summary(results: list[dict[str, Any]]) -> list[str]:
    """Return the tables as Markdown."""
    lines = ["| seed | recipe | measure | predicted | came | held |", "|---|---|---|---|---|---|"]
    for one in results:
        for gap in one["gaps"]:
            words = f"{gap['measure']}{', within centres' if gap['within_centers'] else ''}"
            parts = [text(gap["predicted"]), text(gap["came"]), "yes" if gap["covered"] else "no"]
            lines.append(f"| {one['seed']} | {gap['recipe']} | {words} | " + " | ".join(parts) + " |")
    lines += ["", "| seed | remedy | measure | with less without |", "|---|---|---|---|"]
    for one in results:
        for remedy in one["remedies"]:
            lines.append(f"| {one['seed']} | {remedy['remedy']} | {remedy['measure']} | {text(remedy['difference'])} |")
    return lines


def text(values: list[float | None]) -> str:
    """Return '0.012 (-0.050 to 0.070)'."""
    value, low, high = (float("nan") if one is None else one for one in values)
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def main() -> None:
    """Measure every seed, print the tables and optionally keep the JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    parser.add_argument("--patients", type=int, default=400)
    parser.add_argument("--external", type=int, default=200)
    parser.add_argument("--work", type=Path, help="folder that keeps cohorts and runs (default: a temporary one)")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path, help="write the JSON here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        seeds = [int(seed) for seed in options.seeds.split(",")]
        results = [measure(seed, options.patients, options.external, work, options.jobs) for seed in seeds]
    print("\n".join(summary(results)))
    if options.out:
        result = {
            "benchmark": "honest_gap",
            "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
            "hardware": f"{platform.machine()}, {os.cpu_count()} cores, no GPU",
            "versions": {name: version(name) for name in ("numpy", "scikit-learn")},
            "patients": options.patients,
            "external": options.external,
            "seeds": [{key: one[key] for key in ("seed", "gaps", "remedies")} for one in results],
        }
        write_json(options.out, result)


if __name__ == "__main__":
    main()
