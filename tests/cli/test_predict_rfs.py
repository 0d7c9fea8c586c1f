"""`hyoid predict` of a survival model on the command line: what it prints, and how it leaves."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from hyoid import api
from hyoid.cli import main
from hyoid.cohort import Case
from hyoid.inference.rfs import RfsPredictor
from hyoid.recipe import load_recipe
from support.hpv import write_table
from support.rfs import RECORD, TABLE, outcome_records, write_record

SPLIT = "split={name: kfold, folds: 2}"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_table(tmp_path_factory.mktemp("cohort") / TABLE, outcome_records(24))


@pytest.fixture(scope="module")
def cox(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    recipe = load_recipe("rfs-lesions:clinical", overrides=[SPLIT])
    return api.train(table, recipe, tmp_path_factory.mktemp("run") / "run", device="cpu").run.folder


def _cli(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["hyoid", "predict", *map(str, arguments), "--device", "cpu", "--quiet"])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


def test_the_command_prints_percentile_survival_with_its_spread_and_gaps(
    cox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_record(tmp_path, RECORD | {"Age": "unknown", "Gender": 7})
    assert _cli(monkeypatch, cox, "--out", tmp_path / "out", "--clinical", path) == 0
    shown = capsys.readouterr().out.splitlines()
    answer = json.loads((tmp_path / "out" / "new" / "new.json").read_text())["rfs"]
    survival = ", ".join(
        f"{words} {answer['survival'][name]['value']:.0%} "
        f"({answer['survival'][name]['lowest']:.0%} to {answer['survival'][name]['highest']:.0%})"
        for name, words in {
            "1_year": "1 year",
            "2_years": "2 years",
            "3_years": "3 years",
            "5_years": "5 years",
        }.items()
    )
    assert shown[0] == (
        f"new: risk of recurrence at percentile {answer['percentile']:.0f}; free of it at {survival} over folds"
    )
    assert shown[1] == "  missing: age, gender"
    assert any(line.startswith("  note: gender = 7") for line in shown)
    assert any("treatment = 1 was never seen in training" in line for line in shown)
    assert sum("folds know survival for less than 5 years" in line for line in shown) == 1
    assert shown[-1].endswith("Research use only.")


def test_json_holds_every_patient_with_risk_and_survival(
    cox: Path, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _cli(monkeypatch, cox, "--out", tmp_path / "out", "--cohort", table, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert [case["id"] for case in printed["cases"]] == sorted(outcome_records(24))
    assert printed["failed"] == {}
    assert printed["prior"] == []
    for case in printed["cases"]:
        survival = [case["rfs"]["survival"][name]["value"] for name in ("1_year", "2_years", "3_years", "5_years")]
        assert survival == sorted(survival, reverse=True)
        assert 0 <= case["rfs"]["percentile"] <= 100


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--clinical", "new.json", "--prevalence", "0.5"], "a prevalence without a classifier"),
        (["--clinical", "empty.json"], "case empty without age, gender, tobacco"),
        (["--clinical", "nowhere.json"], "no file at nowhere.json"),
        (["--clinical", "new.json", "--dose", "nowhere.nii.gz"], "no file at nowhere.nii.gz; expected a dose"),
    ],
)
def test_wrong_input_is_one_sentence_and_2(
    cox: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    write_record(tmp_path, RECORD)
    (tmp_path / "empty.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    assert _cli(monkeypatch, cox, "--out", tmp_path / "out", *options) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert "Traceback" not in shown.err
    assert len(shown.err.strip().splitlines()) == 1


def test_two_models_are_printed_as_one_answer(
    cox: Path, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = load_recipe("rfs-lesions:icare_clinical", overrides=[SPLIT])
    api.train(table, recipe, tmp_path / "icare", device="cpu")
    path = write_record(tmp_path, RECORD)
    assert _cli(monkeypatch, cox, tmp_path / "icare", "--out", tmp_path / "out", "--clinical", path) == 0
    shown = capsys.readouterr().out.splitlines()
    assert sum("risk of recurrence at percentile" in line for line in shown) == 1
    assert not any(line.startswith("  missing") for line in shown)


def test_an_interrupted_cohort_keeps_what_was_predicted(
    cox: Path, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = RfsPredictor.read
    stopped = sorted(outcome_records(24))[2]

    def stop_at_third(self: RfsPredictor, case: Case, *arguments: object, **options: object) -> object:
        if case.id == stopped:
            raise KeyboardInterrupt
        return read(self, case, *arguments, **options)

    monkeypatch.setattr(RfsPredictor, "read", stop_at_third)
    assert _cli(monkeypatch, cox, "--out", tmp_path / "out", "--cohort", table) == 130
    written = pd.read_csv(tmp_path / "out" / "predictions.csv", dtype={"PatientID": str})
    assert list(written["PatientID"]) == sorted(outcome_records(24))[:2]
    assert written["rfs_risk"].notna().all()
    assert sorted(path.name for path in (tmp_path / "out").glob("*/*.json")) == [
        f"{name}.json" for name in written["PatientID"]
    ]
