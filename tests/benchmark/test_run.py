"""Recipes side by side on balls: the same patients, the same folds, one table."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hyoid.benchmark import BenchmarkResult, as_csv, as_markdown, run_benchmark
from hyoid.benchmark.figures import segmentation_figures
from hyoid.benchmark.floors import FLOOR
from hyoid.cohort import read_cohort
from hyoid.errors import HyoidError
from hyoid.evaluation import evaluate_segmentation
from hyoid.files import read_json
from hyoid.recipe import adjust_recipe
from support.multitask import classifying
from support.recipes import small_recipe
from support.rfs import TABLE, ball_outcome_cohort, outcome_records

PATIENTS = 12
TWO_FOLDS = ("split={name: kfold, folds: 2, select_fraction: 0.3}",)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve patients, of whom one has no HPV status and one no mask."""
    root = ball_outcome_cohort(tmp_path_factory.mktemp("benchmark") / "cohort", outcome_records(PATIENTS))
    table = pd.read_csv(root / TABLE, dtype=str).set_index("PatientID")
    table.loc["ACEN-002", "HPV Status"] = np.nan
    table.reset_index().to_csv(root / TABLE, index=False)
    (root / "ACEN-001.nii.gz").unlink()
    return root


@pytest.fixture(scope="module")
def recipes() -> list[object]:
    unet = small_recipe("baseline-unet", "stages.0.training.patches_per_case=1", epochs=1)
    dynunet = small_recipe("cds-dynunet", "stages.0.training.averaging=null", epochs=1)
    return [unet, dynunet, adjust_recipe(classifying(epochs=1), None, ["answers=[hpv, segmentation]"])]


@pytest.fixture(scope="module")
def result(cohort: Path, recipes: list[object], tmp_path_factory: pytest.TempPathFactory) -> BenchmarkResult:
    out = tmp_path_factory.mktemp("table")
    return run_benchmark(cohort, recipes, out, overrides=TWO_FOLDS, cost_cases=1, device="cpu")


@pytest.mark.slow
def test_only_patients_that_all_can_use_are_compared(result: BenchmarkResult) -> None:
    assert result.patients == PATIENTS - 2
    assert set(result.excluded) == {"ACEN-001", "ACEN-002"}
    assert "no expert mask" in result.excluded["ACEN-001"]
    assert "cds-hpv" in result.excluded["ACEN-002"]


@pytest.mark.slow
def test_every_recipe_stands_there_for_each_of_its_tasks_and_the_floor_beside(result: BenchmarkResult) -> None:
    assert [(row.recipe, row.task) for row in result.rows] == [
        ("baseline-unet", "segmentation"),
        ("cds-dynunet", "segmentation"),
        ("cds-hpv", "hpv"),
        ("cds-hpv", "segmentation"),
        (FLOOR, "segmentation"),
    ]
    assert all(row.cost.seconds_per_case > 0 and row.cost.peak_memory_mib > 100 for row in result.rows[:-1])
    assert result.rows[0].reported[0]["value"] == 0.6176
    assert result.rows[-1].parameters is None


@pytest.mark.slow
def test_figures_are_those_of_the_runs_pooled_and_by_fold(result: BenchmarkResult, cohort: Path) -> None:
    row = result.rows[0]
    assert row.figures["GTVn_DSC_agg"].n == PATIENTS - 2
    pooled = row.figures["GTVp_mean_dice"]
    assert pooled.fold_mean is not None
    assert pooled.fold_sd is not None


def test_fold_means_are_the_folds_own_measures(cohort: Path, tmp_path: Path) -> None:
    """A fold predicted perfectly and one not at all: 1 and 0, whatever the pooled value."""
    cases = [case for case in read_cohort(cohort).cases if case.mask is not None]
    truth = {case.id: case.mask for case in cases}
    from hyoid.geometry import Volume
    from hyoid.imaging import read_volume, write_volume

    predictions = {}
    for k, case in enumerate(cases):
        mask = read_volume(truth[case.id])
        predictions[case.id] = tmp_path / f"{case.id}.nii.gz"
        write_volume(predictions[case.id], Volume(mask.array * np.uint8(k < 6), mask.grid))
    found = evaluate_segmentation(predictions, truth)
    ids = [case.id for case in cases]
    figures = segmentation_figures(found, [ids[:6], ids[6:]])
    for figure in figures.values():
        assert figure.fold_mean == pytest.approx(0.5)
        assert figure.fold_sd == pytest.approx(np.sqrt(0.5))
    assert figures["GTVp_mean_dice"].value == pytest.approx(6 / 11)


@pytest.mark.slow
def test_the_table_can_be_read_and_computed_with(result: BenchmarkResult) -> None:
    text = as_markdown(result)
    assert "## Segmentation" in text
    assert "## HPV status" in text
    assert "gtvp_mean_dsc 0.618 ± 0.034 (5-fold)" in text
    rows = list(csv.DictReader(io.StringIO(as_csv(result))))
    assert len(rows) == sum(len(row.figures) for row in result.rows)
    assert float(rows[0]["parameters"]) == result.rows[0].parameters


@pytest.mark.slow
def test_a_second_call_goes_on_with_what_is_there(cohort: Path, recipes: list[object], tmp_path: Path) -> None:
    whole = read_cohort(cohort)
    few = replace(whole, cases=whole.cases[-6:])
    options = {"overrides": TWO_FOLDS, "cost_cases": 0, "floor": False, "device": "cpu"}
    first = run_benchmark(few, recipes[:1], tmp_path, **options)
    weights = next(tmp_path.glob("baseline-unet--kfold/fold-0/weights.safetensors"))
    before = weights.stat().st_mtime_ns
    second = run_benchmark(few, recipes[:1], tmp_path, **options)
    assert weights.stat().st_mtime_ns == before
    assert second.to_dict() == first.to_dict()
    assert read_json(tmp_path / "results.json")["patients"] == first.patients


def test_what_cannot_be_compared_is_refused(cohort: Path, recipes: list[object], tmp_path: Path) -> None:
    with pytest.raises(HyoidError, match="kfold, leave-one-center-out"):
        run_benchmark(cohort, recipes[:1], tmp_path, splits=["loco"])
    with pytest.raises(HyoidError, match="each recipe once"):
        run_benchmark(cohort, [recipes[0], recipes[0]], tmp_path)
