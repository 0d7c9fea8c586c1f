"""Hospitals that took no part in training, beside those that did; table recipes on synthetic records."""

from pathlib import Path

import pandas as pd
import pytest

from hyoid.benchmark import EXTERNAL, ORACLE, BenchmarkResult, as_markdown, run_benchmark
from hyoid.benchmark.external import shared_notes
from hyoid.benchmark.oracle import oracle_rows
from hyoid.cohort import read_cohort
from hyoid.errors import CohortError, LeakageError
from hyoid.evaluation import evaluate_hpv
from hyoid.files import read_json, write_json
from hyoid.phantom import TRUTH_FILE
from support.hpv import write_table
from support.rfs import TABLE, outcome_records

RECIPES = ["hpv-logistic:clinical", "rfs-lesions:clinical"]


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Records with an oracle that knows the status of all and the order of recurrences."""
    root = tmp_path_factory.mktemp("external")
    inside = outcome_records(90)
    outside = {f"X{case}": row for case, row in outcome_records(45, seed=1).items()}
    for name, rows in (("inside", inside), ("outside", outside)):
        write_table(root / name / TABLE, rows)
        truth = {
            "PatientID": list(rows),
            "hpv_log_likelihood_ratio": [1.0 if row["HPV Status"] else -1.0 for row in rows.values()],
            "log_hazard": [-row["RFS"] for row in rows.values()],
        }
        pd.DataFrame(truth).to_csv(root / name / TRUTH_FILE, index=False)
    return root / "inside", root / "outside"


@pytest.fixture(scope="module")
def result(cohorts: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[BenchmarkResult, Path]:
    inside, outside = cohorts
    out = tmp_path_factory.mktemp("table")
    return run_benchmark(inside, RECIPES, out, external=outside, replicates=100, cost_cases=0, device="cpu"), out


def test_every_recipe_and_the_oracle_stand_inside_and_outside(result: tuple[BenchmarkResult, Path]) -> None:
    found = {(row.recipe, row.split, row.task) for row in result[0].rows}
    for split in ("kfold", EXTERNAL):
        for recipe, task in zip(RECIPES, ("hpv", "rfs"), strict=True):
            assert {(recipe, split, task), (ORACLE, split, task)} <= found
    ceiling = {row.task: row.figures for row in result[0].rows if (row.recipe, row.split) == (ORACLE, EXTERNAL)}
    assert ceiling["hpv"]["balanced_accuracy"].value == 1.0
    assert ceiling["rfs"]["c_index"].value == 1.0
    assert "external" in as_markdown(result[0])


def test_how_many_were_predicted_without_something_is_said(tmp_path: Path) -> None:
    table = pd.DataFrame({"PatientID": list("ABCDE"), "notes": ["No label map.", "", "No label map.", "Odd.", None]})
    table.to_csv(tmp_path / "predictions.csv", index=False)
    assert shared_notes(tmp_path / "predictions.csv") == ("2 of 5 patients: No label map.",)
    assert shared_notes(tmp_path / "none.csv") == ()


def test_the_oracle_ranks_within_the_folds_that_the_models_do(cohorts: tuple[Path, Path]) -> None:
    cohort = read_cohort(cohorts[0])
    known = sorted((case for case in cohort.cases if case.relapse), key=lambda case: case.rfs_days)[:12]
    folds = [[case.id for case in known[::2]], [case.id for case in known[1::2]]]
    (row,) = oracle_rows(cohort, "kfold", ["rfs"], folds)
    assert row.figures["c_index"].value == 1.0
    assert row.figures["c_index"].n == len(known)
    (pooled,) = oracle_rows(cohort, "kfold", ["rfs"])
    assert pooled.figures["c_index"].n > len(known)


def test_what_an_earlier_call_wrote_is_gone_where_a_run_leaks(cohorts: tuple[Path, Path], tmp_path: Path) -> None:
    options = {"replicates": 50, "cost_cases": 0, "device": "cpu"}
    run_benchmark(cohorts[0], RECIPES[:1], tmp_path, **options)
    assert (tmp_path / "report.html").is_file()
    (run,) = tmp_path.glob("*--kfold")
    seen, splits = read_json(run / "fold-1" / "seen.json"), read_json(run / "splits.json")
    reported = next(fold["report"] for fold in splits if fold["folder"] == "fold-1")
    write_json(run / "fold-1" / "seen.json", seen | {"model": [*seen["model"], reported[0]]})
    with pytest.raises(LeakageError):
        run_benchmark(cohorts[0], RECIPES[:1], tmp_path, **options)
    left = {path.name for path in tmp_path.rglob("*") if path.parent in (tmp_path, tmp_path / "tables")}
    assert left == {run.name, "leakage.json", "tables"}


def test_figures_are_those_of_the_bundle_s_predictions(
    result: tuple[BenchmarkResult, Path], cohorts: tuple[Path, Path]
) -> None:
    (row,) = (row for row in result[0].rows if (row.recipe, row.split) == (RECIPES[0], EXTERNAL))
    table = pd.read_csv(result[1] / "hpv-logistic-clinical--kfold" / EXTERNAL / "predictions.csv")
    expected = evaluate_hpv(table, read_cohort(cohorts[1])).headline()["balanced_accuracy"]
    assert row.figures["balanced_accuracy"].value == pytest.approx(expected["value"])
    assert row.figures["balanced_accuracy"].n == expected["n"]


def test_a_second_call_predicts_nobody_again(
    result: tuple[BenchmarkResult, Path], cohorts: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, out = result
    monkeypatch.setattr("hyoid.api.prediction.ask_all", None)
    again = run_benchmark(cohorts[0], RECIPES, out, external=cohorts[1], replicates=100, cost_cases=0, device="cpu")
    assert again.to_dict() == first.to_dict()


def test_external_patients_without_any_label_are_refused_before_training(
    cohorts: tuple[Path, Path], tmp_path: Path
) -> None:
    rows = {f"Y{case}": row | {"HPV Status": ""} for case, row in outcome_records(6, seed=2).items()}
    write_table(tmp_path / "blind" / TABLE, rows)
    with pytest.raises(CohortError, match="what hpv is measured by"):
        run_benchmark(cohorts[0], RECIPES, tmp_path / "out", external=tmp_path / "blind", cost_cases=0, device="cpu")
    assert not (tmp_path / "out").exists()


def test_patients_of_the_training_cohort_are_no_external_ones(cohorts: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(LeakageError, match=r"ACEN-000, .* who stand in"):
        run_benchmark(cohorts[0], RECIPES, tmp_path, external=cohorts[0], cost_cases=0, device="cpu")
