"""What each remedy changes in hospitals that no model has seen, beside the same recipe without it, paired.

The cohorts of `honest_gap.py`: recipes are trained in k-fold on 400 synthetic patients of seven centres, and their
bundles predict 200 of three others.

- by name of a recipe: ComBat with and without adjusting to the new hospitals, centres that count the same;
- by the decision: the prior corrected by its truth and by two estimates, no calibration: decisions and probabilities;
- by silence: conformal sets, of which one status is an answer, and what the answers are worth;
- `--images`: a network that segments, with another scanner's PET as augmentation, and with centres drawn alike.

Run: python benchmarks/unseen_remedies.py [--seeds 1000,1001,...] [--images] [--jobs N] [--work DIR] [--out FILE]
With --work, a second call goes on with the cohorts and runs there.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from honest_gap import FLOORS, LEFT_RIGHT, MINUTES, SEGMENTATION, cohorts, parse, text, where

from hyoid import api
from hyoid.benchmark import BenchmarkResult, run_benchmark
from hyoid.evaluation import ClassificationResult, evaluate_hpv
from hyoid.files import read_json, write_json
from hyoid.metrics import Floats, WeightedStatistic, balanced_accuracy, confusion_sums, weighted_interval
from hyoid.recipe import Recipe, load_recipe

SETS = "hpv-logistic:conformal"
TABLES = (
    *FLOORS,
    "hpv-logistic:combat",
    "hpv-logistic:combat_transductive",
    "hpv-logistic:balanced_centers",
    SETS,
    "rfs-lesions:combat",
    "rfs-lesions:combat_transductive",
)
IMAGES = {SEGMENTATION: 0, f"{SEGMENTATION}:scanner": 2, f"{SEGMENTATION}:balanced_centers": 0}
"""Recipes, and where among their augmentations the flip stands."""
UNCALIBRATED = ("inference.decision.calibration={name: none}",)


def measure(seed: int, options: argparse.Namespace, work: Path) -> dict[str, Any]:
    """Run one seed, and return what the remedies do."""
    kind = "images" if options.images else "tables"
    done = work / f"{kind}-{seed}.json"
    if done.is_file():
        return dict(read_json(done))
    inside, outside = cohorts(work, seed, options)
    recipes: list[str | Recipe] = [*TABLES]
    if options.images:
        changed = {name: (*MINUTES, LEFT_RIGHT.format(place=place)) for name, place in IMAGES.items()}
        recipes = [load_recipe(name, preset="tiny", overrides=overrides) for name, overrides in changed.items()]
    settings: dict[str, Any] = {"external": outside, "cost_cases": 0, "device": "cpu", "jobs": options.jobs}
    out = work / f"{kind}-{seed}"
    found = run_benchmark(inside, recipes, out, **settings)
    lines = differences(found)
    if not options.images:
        lines += decisions(inside, outside, out) + answers(outside, out)
    figures = [row.to_dict() for row in found.rows]
    result = {"seed": seed, "remedies": lines, "figures": figures}
    write_json(done, result)
    return result


def differences(found: BenchmarkResult) -> list[dict[str, Any]]:
    """Return what each variant changes at the unseen centres, against its recipe without it."""
    lines = []
    for one in found.findings.comparisons:
        if one.split != "external":
            continue
        for pair in one.found.differences:
            names = (pair.first.split(" ")[0], pair.second.split(" ")[0])
            if names[1].startswith(f"{names[0]}:") and names[1] != SETS:  # which decide as without
                first_less_second = pair.difference
                turned = [-first_less_second.value, -first_less_second.high, -first_less_second.low]
                lines.append({"remedy": names[1], "measure": one.found.measure, "difference": turned})
    return lines


def decisions(inside: Path, outside: Path, out: Path) -> list[dict[str, Any]]:
    """Return what correcting the prior, and leaving calibration out, change in decisions and probabilities."""
    run = out / "hpv-logistic--kfold"
    plain = predicted(outside, run, out / "plain", {})
    share = float(np.mean([case.hpv for case in plain.cases]))
    options: dict[str, dict[str, Any]] = {
        "prior, by the true share": {"prevalence": share},
        "prior, by expectation maximisation": {"estimate_prevalence": "em"},
        "prior, by black-box estimation": {"estimate_prevalence": "black_box"},
    }
    lines = []
    for title, settings in options.items():
        other = predicted(outside, run, out / title.replace(" ", "-").replace(",", ""), settings)
        lines += changes(f"hpv-logistic, {title}", other, plain)
    bare = out / "uncalibrated"
    recipe = load_recipe("hpv-logistic", overrides=UNCALIBRATED)
    api.train(inside, recipe, bare, device="cpu", resume=bare.is_dir())
    other = predicted(outside, bare, out / "uncalibrated-predictions", {})
    return lines + changes("hpv-logistic, no calibration", other, plain)


def predicted(outside: Path, run: Path, out: Path, settings: dict[str, Any]) -> ClassificationResult:
    """Predict the unseen patients and evaluate it."""
    api.predict([run], out, cohort=outside, device="cpu", **settings)
    return evaluate_hpv(out / "predictions.csv", outside)


def changes(title: str, with_it: ClassificationResult, without: ClassificationResult) -> list[dict[str, Any]]:
    """Return with less without, in balanced accuracy and in the Brier score (where less is better)."""
    statistics = {"balanced_accuracy": _balanced_accuracy, "brier": _brier}
    return [
        interval_of(title, name, with_it, lambda w, of=of: of(with_it)(w) - of(without)(w))
        for name, of in statistics.items()
    ]


def answers(outside: Path, out: Path) -> list[dict[str, Any]]:
    """Return what sets of the unseen patients hold, and the accuracy where they are one status, less that of all."""
    run = out / "hpv-logistic-conformal--kfold"
    found = evaluate_hpv(run / "external" / "predictions.csv", outside)
    single = np.array([case.answer in {"positive", "negative"} for case in found.cases], float)
    right = np.array([case.decision == case.hpv for case in found.cases], float)
    covered = np.array(
        [case.answer in {"either", "positive" if case.hpv else "negative"} for case in found.cases], float
    )
    lines = [
        interval_of(SETS, "share answered", found, lambda w: w @ single / w.sum(-1)),
        interval_of(
            SETS,
            "accuracy where answered, less that of all",
            found,
            lambda w: (w @ (right * single)) / (w @ single) - w @ right / w.sum(-1),
        ),
    ]
    for status, name in ((True, "positives"), (False, "negatives")):
        own = np.array([case.hpv is status for case in found.cases], float)
        coverage = interval_of(
            SETS,
            f"sets that hold the truth, of {name}",
            found,
            lambda w, own=own: _mean(covered, own, w),
        )
        lines.append(coverage)
    return lines


def interval_of(title: str, measure: str, found: ClassificationResult, statistic: WeightedStatistic) -> dict[str, Any]:
    """Return a line: a statistic of the patients with its interval, drawn within centres."""
    centers = [case.center for case in found.cases]
    interval = weighted_interval(statistic, len(centers), strata=centers)
    return {"remedy": title, "measure": measure, "difference": [interval.value, interval.low, interval.high]}


def _mean(values: Floats, of: Floats, weights: Floats) -> Floats:
    return np.asarray((weights @ (values * of)) / (weights @ of))


def _balanced_accuracy(found: ClassificationResult) -> WeightedStatistic:
    truth, decision = (np.array([getattr(case, name) for case in found.cases], bool) for name in ("hpv", "decision"))
    sums = confusion_sums(truth, decision)
    return lambda weights: balanced_accuracy(weights @ sums)


def _brier(found: ClassificationResult) -> WeightedStatistic:
    errors = np.array([(case.probability - case.hpv) ** 2 for case in found.cases])
    return lambda weights: weights @ errors / weights.sum(-1)


def summary(results: list[dict[str, Any]]) -> list[str]:
    """Return the table as Markdown, a column for each seed."""
    lines = ["| remedy | measure | " + " | ".join(f"seed {one['seed']}" for one in results) + " |"]
    lines.append("|---" * (2 + len(results)) + "|")
    by_key: dict[tuple[str, str], list[str]] = {}
    for one in results:
        for line in one["remedies"]:
            by_key.setdefault((line["remedy"], line["measure"]), []).append(text(line["difference"]))
    return lines + [
        f"| {remedy} | {measure} | " + " | ".join(cells) + " |" for (remedy, measure), cells in by_key.items()
    ]


def main() -> None:
    """Measure every seed, print the table and optionally keep the JSON."""
    parser = parse(__doc__)
    parser.add_argument("--images", action="store_true", help="remedies of a network that segments")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        results = [measure(seed, options, work) for seed in map(int, options.seeds.split(","))]
    print("\n".join(summary(results)))
    if options.out:
        settings = {"patients": options.patients, "external": options.external}
        write_json(options.out, {"benchmark": "unseen_remedies", **where(), **settings, "seeds": results})


if __name__ == "__main__":
    main()
