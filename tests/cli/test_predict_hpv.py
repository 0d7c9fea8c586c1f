"""`hyoid predict` of a classifier on the command line: what it prints, and how it leaves."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hyoid import api
from hyoid.cli import main
from hyoid.recipe import load_recipe
from support.hpv import TABLE, records, write_table

RECORD = {"Age": 50, "Gender": 1, "Tobacco Consumption": 0, "Performance Status": 1, "M-stage": "M0"}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_table(tmp_path_factory.mktemp("cohort") / TABLE, records(24))


@pytest.fixture(scope="module")
def logistic(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    recipe = load_recipe("hpv-logistic:clinical", overrides=["split={name: kfold, folds: 2}"])
    return api.train(table, recipe, tmp_path_factory.mktemp("run") / "run", device="cpu").run.folder


def _json(folder: Path, content: Mapping[str, Any]) -> Path:
    path = folder / "new.json"
    path.write_text(json.dumps(content))
    return path


def _cli(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["hyoid", "predict", *map(str, arguments), "--device", "cpu", "--quiet"])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


def test_the_command_prints_probability_gaps_and_prior_and_leaves_with_0(
    logistic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _json(tmp_path, RECORD | {"Age": "unknown", "Gender": 7})
    assert _cli(monkeypatch, logistic, "--out", tmp_path / "out", "--clinical", path, "--prevalence", "0.5") == 0
    shown = capsys.readouterr().out
    assert "new: HPV-" in shown
    assert "missing: age, gender, alcohol" in shown
    assert "note: gender = 7" in shown
    assert "Probabilities were corrected from a share of" in shown
    assert "Research use only." in shown


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--prevalence", "1.5", "--clinical", "new.json"], "a prevalence of 1.5"),
        (["--prevalence", "0.5"], "neither or both of one study and a cohort"),
        (["--clinical", "nowhere.json"], "no file at nowhere.json"),
    ],
)
def test_wrong_input_is_one_sentence_and_2(
    logistic: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    _json(tmp_path, RECORD)
    monkeypatch.chdir(tmp_path)
    assert _cli(monkeypatch, logistic, "--out", tmp_path / "out", *options) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert "Traceback" not in shown.err
    assert len(shown.err.strip().splitlines()) == 1


def test_a_cohort_too_small_to_estimate_a_prevalence_from_is_refused(
    logistic: Path,
    table: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ("--out", tmp_path / "out", "--cohort", table, "--estimate-prevalence", "black_box")
    assert _cli(monkeypatch, logistic, *options) == 2
    assert "24 cases to estimate a prevalence from; expected 50 or more" in capsys.readouterr().err


def test_json_holds_every_case_and_the_prior(
    logistic: Path, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--out", tmp_path / "out", "--cohort", table, "--prevalence", "0.3", "--json")
    assert _cli(monkeypatch, logistic, *options) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [case["id"] for case in printed["cases"]] == sorted(records(24))
    assert printed["failed"] == {}
    assert printed["prior"][0]["to_prior"] == 0.3
    assert {case["hpv"]["prior"]["to_prior"] for case in printed["cases"]} == {0.3}


def test_probability_and_threshold_are_printed_so_that_the_greater_is_seen() -> None:
    from hyoid.cli.predict import _told_apart

    assert _told_apart(0.71, 0.5) == ("0.71", "0.50")
    assert _told_apart(0.8012, 0.7994) == ("0.801", "0.799")
    assert _told_apart(0.5, 0.5) == ("0.50", "0.50")
