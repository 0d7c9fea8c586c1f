"""The whole experiment, small: k-fold, centres left out and unseen ones, of tables and a network, with the oracle."""

import subprocess
import sys
from pathlib import Path

import pytest

from hyoid.benchmark import run_benchmark
from hyoid.files import read_json
from hyoid.phantom import write_cohort
from hyoid.recipe import load_recipe

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_quick_experiment_reports_every_task_inside_and_outside(tmp_path: Path) -> None:
    command = [sys.executable, BENCHMARKS / "honest_gap.py", "--quick", "--jobs", "2", "--out", tmp_path / "out.json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (seed,) = read_json(tmp_path / "out.json")["seeds"]
    rows = {(row["recipe"].split(" ")[0], row["split"]) for row in seed["figures"]}
    for recipe in ("hpv-logistic", "rfs-lesions", "baseline-unet", "oracle", "SUV"):
        for split in ("kfold", "leave-one-center-out", "external"):
            assert (recipe, split) in rows
    assert {"auc", "c_index", "gtvp_dsc_exclude"} <= {gap["measure"] for gap in seed["gaps"]}


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_remedies_of_a_network_are_compared_at_unseen_centres(tmp_path: Path) -> None:
    write_cohort(tmp_path / "train", 16, 3, broken=False)
    write_cohort(tmp_path / "unseen", 8, 4, centers="unseen", broken=False, masks=True)
    names = ("baseline-unet", "baseline-unet:scanner", "baseline-unet:balanced_centers")
    recipes = [load_recipe(name, preset="tiny", overrides=["stages.0.training.epochs=12"]) for name in names]
    folds = ["split={name: kfold, folds: 2}"]
    options = {"external": tmp_path / "unseen", "overrides": folds, "cost_cases": 0, "device": "cpu"}
    found = run_benchmark(tmp_path / "train", recipes, tmp_path / "out", **options)
    outside = [one.found for one in found.findings.comparisons if one.split == "external"]
    assert {one.measure for one in outside} >= {"gtvp_dsc_exclude", "gtvn_dsc_agg"}
    for one in outside:
        assert {(pair.first.split(" ")[0], pair.second.split(" ")[0]) for pair in one.differences} == {
            (names[0], names[1]),
            (names[0], names[2]),
            (names[1], names[2]),
        }
        assert one.patients == 8
