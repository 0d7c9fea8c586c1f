"""Harmonised recipes from training to new patients: fitted on the training part, told in every answer."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hyoid import api
from hyoid.cohort import Case, Cohort, read_cohort
from hyoid.cohort.encoders import FittedEncoder
from hyoid.estimators import FittedLogistic
from hyoid.features.harmonise import Combat, FittedCombat
from hyoid.files import read_json
from hyoid.recipe import Recipe, load_recipe
from hyoid.training import train_run
from support.hpv import Row, write_table
from support.rfs import TABLE, outcome_records, write_record

COLUMNS = ("Age", "Uptake", "Volume")
HARMONISED = ("age", "uptake", "volume")
LEVELS = {"A": 0.0, "B": 4.0, "C": -3.0, "D": 9.0}


def recipe(name: str, unseen: str, split: str = "{name: leave_one_center_out}") -> Recipe:
    return load_recipe(
        f"{name}:clinical",
        overrides=[
            "inputs.clinical.columns=[age, gender, uptake, volume]",
            "inputs.clinical.encoder.numeric=[age, uptake, volume]",
            f"inputs.harmonise={{name: combat, columns: [age, uptake, volume], unseen: {unseen}}}",
            f"split={split}",
        ],
    )


def quantities(rows: Mapping[str, Row]) -> dict[str, Row]:
    """Two more columns, which tell the outcome and have another level in each center."""
    found = {}
    for i, (case, row) in enumerate(rows.items()):
        rng = np.random.default_rng([i, 5])
        told = 1.0 if row["HPV Status"] else 0.0
        level = LEVELS[case[0]]
        found[case] = row | {"Uptake": told + level + rng.normal(), "Volume": 5 - told + 2 * level + rng.normal()}
    return found


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("harmonised")


@pytest.fixture(scope="module")
def cohort(root: Path) -> Cohort:
    return read_cohort(write_table(root / "train" / TABLE, quantities(outcome_records(54))))


@pytest.fixture(scope="module")
def strangers(root: Path) -> Cohort:
    rows = {f"D{case[1:]}": row | {"CenterID": 9} for case, row in outcome_records(12, seed=4).items()}
    return read_cohort(write_table(root / "new" / TABLE, quantities(rows)))


@pytest.fixture(scope="module")
def runs(root: Path, cohort: Cohort) -> dict[str, Path]:
    return {
        f"{name} {unseen}": api.train(cohort, recipe(name, unseen), root / f"{name}-{unseen}", device="cpu").run.folder
        for name, unseen in (
            ("hpv-logistic", "identity"),
            ("hpv-logistic", "transductive"),
            ("rfs-lesions", "transductive"),
        )
    }


def _of_fold(run: Path, fold: Mapping[str, Any], cohort: Cohort, part: str) -> list[Case]:
    return [cohort.case(i) for i in sorted(fold[part])]


@pytest.mark.parametrize("unseen", ["identity", "transductive"])
def test_out_of_fold_values_are_harmonised_by_the_training_part(
    runs: dict[str, Path], cohort: Cohort, unseen: str
) -> None:
    run = runs[f"hpv-logistic {unseen}"]
    for fold in read_json(run / "splits.json"):
        folder = run / fold["folder"]
        fitted, logits = read_json(folder / "fitted.json"), read_json(folder / "logits.json")
        settings = Combat(columns=HARMONISED, unseen=unseen)
        own = settings.fit(_of_fold(run, fold, cohort, "train"), HARMONISED)
        assert FittedCombat.from_json(fitted["harmoniser"]) == own
        report = _of_fold(run, fold, cohort, "report")
        center = report[0].center
        assert center not in own.centers
        moved = own.adopt(report).apply(report)[0]
        assert (moved == report) == (unseen == "identity")
        values = FittedEncoder.from_json(fitted["encoder"]).encode(moved).values
        expected = FittedLogistic.model_validate(fitted["estimator"]).logits(values)
        assert list(logits["report"].values()) == pytest.approx(expected.tolist(), abs=1e-12)
        (note,) = logits["notes"]["report"]
        assert f"the center {center} was not in training" in note
        assert ("transductive" in note) == (unseen == "transductive")
        assert logits["notes"]["select"] == []


@pytest.mark.parametrize("name", ["hpv-logistic", "rfs-lesions"])
def test_nothing_fitted_sees_who_is_reported(runs: dict[str, Path], cohort: Cohort, tmp_path: Path, name: str) -> None:
    run, fold = runs[f"{name} transductive"], "fold-1"
    report = read_json(run / "splits.json")[1]["report"]

    def other(case: Case) -> Case:
        values = {column: 3 * case.clinical[column] - 7 for column in ("uptake", "volume")}
        return replace(case, clinical=case.clinical | values) if case.id in report else case

    altered = replace(cohort, cases=tuple(map(other, cohort.cases)))
    again = train_run(altered, recipe(name, "transductive"), tmp_path / "run", fold="1", device="cpu").folder
    kept = {"harmoniser", "encoder", "estimator", "members"}
    one, two = (
        {key: value for key, value in read_json(folder / fold / "fitted.json").items() if key in kept}
        for folder in (run, again)
    )
    assert one == two
    assert one["harmoniser"]["centers"].keys() == {"ACEN", "CCEN"}


def _predicted(run: Path, cohort: Cohort, out: Path) -> dict[str, dict[str, Any]]:
    return {case["id"]: case for case in api.predict([run], out, cohort=cohort, device="cpu").cases}


@pytest.mark.parametrize(
    ("name", "task", "figure"), [("hpv-logistic", "hpv", "probability_raw"), ("rfs-lesions", "rfs", "risk")]
)
def test_a_new_center_is_adjusted_by_its_own_cases_and_every_answer_says_so(
    runs: dict[str, Path], strangers: Cohort, tmp_path: Path, name: str, task: str, figure: str
) -> None:
    run = runs[f"{name} transductive"]
    whole = _predicted(run, strangers, tmp_path / "all")
    assert len(whole) == 12
    for case in whole.values():
        assert case[task]["harmonised"] == {
            "center": "DCEN",
            "folds": dict.fromkeys(("fold-0", "fold-1", "fold-2"), "transductive"),
            "transductive": True,
        }
        assert any(note.startswith("ComBat (transductive): the center DCEN") for note in case[task]["notes"])
    reversed_ = replace(strangers, cases=strangers.cases[::-1])
    assert _predicted(run, reversed_, tmp_path / "reversed") == whole
    few = _predicted(run, replace(strangers, cases=strangers.cases[:9]), tmp_path / "few")
    for case_id, case in few.items():
        assert case[task]["harmonised"]["transductive"] is False
        assert set(case[task]["harmonised"]["folds"].values()) == {"identity"}
        assert case[task][figure] != pytest.approx(whole[case_id][task][figure])
    written = pd.read_csv(tmp_path / "all" / "predictions.csv")
    assert written["notes"].str.contains("transductive").all()


def test_one_patient_of_a_training_center_is_adjusted_in_the_folds_that_know_it(
    runs: dict[str, Path], cohort: Cohort, tmp_path: Path
) -> None:
    run, case = runs["hpv-logistic identity"], cohort.case("BCEN-003")
    record = write_record(
        tmp_path, {name.capitalize(): case.clinical[name] for name in ("age", "gender", *HARMONISED[1:])}
    )
    found = {
        center: api.predict([run], tmp_path / "out", clinical=record, center=center, device="cpu").cases[0]["hpv"]
        for center in ("BCEN", "elsewhere", None)
    }
    origins = {"fold-0": "training", "fold-1": "identity", "fold-2": "training"}
    assert found["BCEN"]["harmonised"] == {"center": "BCEN", "folds": origins, "transductive": False}
    assert set(found["elsewhere"]["harmonised"]["folds"].values()) == {"identity"}
    assert found[None]["harmonised"]["center"] is None
    assert found["elsewhere"]["folds_raw"] == found[None]["folds_raw"]
    changed = {name for name in origins if found["BCEN"]["folds_raw"][name] != found[None]["folds_raw"][name]}
    assert changed == {"fold-0", "fold-2"}
    as_in_cohort = _predicted(run, replace(cohort, cases=(case,)), tmp_path / "cohort")[case.id]["hpv"]
    assert as_in_cohort["folds_raw"] == found["BCEN"]["folds_raw"]


def test_without_combat_nothing_is_said_of_it(cohort: Cohort, tmp_path: Path) -> None:
    plain = load_recipe("hpv-logistic:clinical", overrides=["split={name: kfold, folds: 2}"])
    done = api.train(cohort, plain, tmp_path / "run", device="cpu")
    assert read_json(done.run.folder / "fold-0" / "fitted.json")["harmoniser"] is None
    found = api.predict([done.run.folder], tmp_path / "out", cohort=cohort, device="cpu").cases[0]
    assert "harmonised" not in found["hpv"]
