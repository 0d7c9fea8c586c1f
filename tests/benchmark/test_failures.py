"""A recipe that cannot be used is refused before any training; one that fails on the way does not stop the others."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from hyoid import api
from hyoid.benchmark import as_markdown, run_benchmark
from hyoid.cli.app import app
from hyoid.errors import CohortError, HyoidError, LeakageError
from hyoid.files import read_json
from hyoid.recipe import load_recipe
from support.hpv import write_table
from support.rfs import TABLE, outcome_records

LOGISTIC, COX = "hpv-logistic:clinical", "rfs-lesions:clinical"
TWO_FOLDS = ("split={name: kfold, folds: 2}",)
OPTIONS: dict[str, Any] = {"overrides": TWO_FOLDS, "replicates": 20, "cost_cases": 0, "device": "cpu"}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("failures")
    write_table(root / "inside" / TABLE, outcome_records(40))
    return root / "inside"


def _few_negatives(root: Path) -> Path:
    """Forty patients of whom three are HPV-negative."""
    table = pd.DataFrame(outcome_records(40)).T
    table["HPV Status"] = [0] * 3 + [1] * 37
    write_table(root / TABLE, table.to_dict(orient="index"))
    return root


def test_counts_that_a_recipe_cannot_use_are_told_by_its_name_before_any_training(tmp_path: Path) -> None:
    sets = load_recipe(LOGISTIC, overrides=["inference.decision.conformal={alpha: 0.1}"])
    with pytest.raises(CohortError) as found:
        run_benchmark(_few_negatives(tmp_path / "few"), [COX, sets], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    said = str(found.value)
    for words in (f"{LOGISTIC} under kfold: ", "HPV-negative", "expected 9 or more of each", "Raise inference"):
        assert words in said


def test_a_fold_of_one_class_is_told_before_any_training(tmp_path: Path) -> None:
    rows = {
        f"{'ACEN' if k < 20 else 'BCEN'}-{k:03d}": row | {"CenterID": 1 if k < 20 else 2, "HPV Status": int(k < 19)}
        for k, row in enumerate(outcome_records(40).values())
    }
    write_table(tmp_path / "in" / TABLE, rows)
    with pytest.raises(CohortError, match=r"hpv-logistic:clinical under leave-one-center-out: .*both classes"):
        run_benchmark(tmp_path / "in", [COX, LOGISTIC], tmp_path / "out", splits=["leave-one-center-out"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("fault", [HyoidError("no luck."), RuntimeError("out of memory")])
def test_one_that_fails_leaves_the_others_their_results(
    cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    train = api.train

    def failing(cohort: Any, recipe: Any, *rest: Any, **options: Any) -> Any:
        if recipe.task == "hpv":
            raise fault
        return train(cohort, recipe, *rest, **options)

    monkeypatch.setattr("hyoid.api.train", failing)
    result = run_benchmark(cohort, [LOGISTIC, COX], tmp_path, **OPTIONS)
    (failure,) = result.failures
    assert (failure.recipe, failure.split) == (LOGISTIC, "kfold")
    assert str(fault) in failure.reason
    assert {row.recipe for row in result.rows} == {COX}
    assert read_json(tmp_path / "results.json")["failures"] == [failure.to_dict()]
    assert f"- {failure}" in as_markdown(result)
    assert "Not finished" in (tmp_path / "report.html").read_text(encoding="utf-8")
    kept = list((tmp_path / "failed").glob("*")) if isinstance(fault, RuntimeError) else []
    assert all("Traceback" in path.read_text() for path in kept)
    assert len(kept) == isinstance(fault, RuntimeError)


def test_external_patients_that_fail_leave_what_was_found_inside(
    cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table(tmp_path / "outside" / TABLE, {f"X{i}": row for i, row in outcome_records(12, seed=1).items()})

    def nothing(*_: Any) -> None:
        raise HyoidError("a disk that is full.")

    monkeypatch.setattr("hyoid.benchmark.external.External.evaluate", nothing)
    result = run_benchmark(cohort, [LOGISTIC], tmp_path / "out", external=tmp_path / "outside", **OPTIONS)
    assert [(one.split, one.reason) for one in result.failures] == [("external", "a disk that is full.")]
    assert {row.split for row in result.rows} == {"kfold"}


def test_where_all_fail_there_is_still_a_page_and_a_leak_ends_all(
    cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise HyoidError("no luck.")

    monkeypatch.setattr("hyoid.api.train", failing)
    run = CliRunner().invoke(
        app, ["benchmark", str(cohort), "--recipes", f"{LOGISTIC},{COX}", "--out", str(tmp_path), "--quiet"]
    )
    assert run.exit_code == 1
    assert run.output.count("not finished") == 2
    assert "no luck." in (tmp_path / "report.html").read_text(encoding="utf-8")

    def leaking(*_: Any, **__: Any) -> Any:
        raise LeakageError("seen before.")

    monkeypatch.setattr("hyoid.api.train", leaking)
    with pytest.raises(LeakageError):
        run_benchmark(cohort, [LOGISTIC, COX], tmp_path, **OPTIONS)


def test_an_interrupt_says_what_is_kept_and_leaves_with_130(
    cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("hyoid.api.train", interrupted)
    run = CliRunner().invoke(app, ["benchmark", str(cohort), "--recipes", COX, "--out", str(tmp_path)])
    assert run.exit_code == 130
    assert f"interrupted. What is finished is kept in {tmp_path}" in run.output


@pytest.mark.parametrize(
    ("recipes", "splits", "said"),
    [([], ["kfold"], "no recipe"), ([COX], [], "no split"), ([COX], ["kfold", "kfold"], "kfold twice")],
)
def test_nothing_to_do_and_the_same_twice_are_refused(
    cohort: Path, tmp_path: Path, recipes: list[str], splits: list[str], said: str
) -> None:
    with pytest.raises(HyoidError, match=said):
        run_benchmark(cohort, recipes, tmp_path, splits=splits)


def test_an_out_that_is_a_file_is_refused_at_once(cohort: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for command in (["benchmark", str(cohort), "--recipes", COX], ["describe", str(cohort)]):
        run = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "file")])
        assert run.exit_code == 2
        assert "--out" in run.output
    assert (tmp_path / "file").read_text() == "mine"
