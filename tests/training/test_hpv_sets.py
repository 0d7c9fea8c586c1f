"""Conformal sets from a run to new patients: fitted on the other folds, told in table, JSON and terminal."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hyoid import api
from hyoid.cohort import Cohort, read_cohort
from hyoid.decision import Conformal, FittedConformal
from hyoid.errors import CohortError
from hyoid.files import read_json
from hyoid.recipe import Recipe, load_recipe
from hyoid.training import train_run
from support.hpv import TABLE, records, write_table

ALPHA = 0.2


def logistic(alpha: float = ALPHA, *overrides: str) -> Recipe:
    changes = ["split={name: kfold, folds: 3}", f"inference.decision.conformal={{alpha: {alpha}}}", *overrides]
    return load_recipe("hpv-logistic:clinical", overrides=changes)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return read_cohort(write_table(tmp_path_factory.mktemp("sets") / TABLE, records(36)))


@pytest.fixture(scope="module")
def trained(cohort: Cohort, tmp_path_factory: pytest.TempPathFactory) -> api.TrainResult:
    return api.train(cohort, logistic(), tmp_path_factory.mktemp("sets") / "run", device="cpu")


def test_sets_of_a_fold_are_those_that_the_other_folds_patients_give(cohort: Cohort, trained: api.TrainResult) -> None:
    run = trained.run.folder
    table = pd.read_csv(run / "out-of-fold" / "predictions.csv", float_precision="round_trip")
    centered = {
        k: {i: v - one["middle"] for i, v in read_json(run / f"fold-{k}" / "logits.json")["report"].items()}
        for k in range(3)
        for one in [read_json(run / f"fold-{k}" / "fitted.json")["decision"]]
    }
    for k in range(3):
        others = {i: value for j, found in centered.items() if j != k for i, value in found.items()}
        fitted = Conformal(alpha=ALPHA).fit(list(others.values()), np.array([bool(cohort.case(i).hpv) for i in others]))
        rows = table[table["fold"] == f"fold-{k}"]
        assert tuple(rows["hpv_set"]) == fitted.sets([centered[k][i] for i in rows["PatientID"]])
        assert set(rows["hpv_set_alpha"]) == {ALPHA}
        assert fitted.positives + fitted.negatives == len(table) - len(rows)
    assert table["hpv_set"].nunique() > 1


def test_new_patients_get_the_set_of_all_folds_whatever_the_prevalence(
    cohort: Cohort, trained: api.TrainResult, tmp_path: Path
) -> None:
    deployed = read_json(trained.run.folder / "decision.json")
    fitted = FittedConformal.model_validate(deployed["conformal"])
    assert fitted.positives + fitted.negatives == 36
    plain, moved = (
        api.predict([trained.run.folder], tmp_path / name, cohort=cohort, device="cpu", prevalence=prevalence).cases
        for name, prevalence in (("plain", None), ("moved", 0.2))
    )
    for one, other in zip(plain, moved, strict=True):
        logit = np.log(one["hpv"]["probability"] / (1 - one["hpv"]["probability"]))
        assert one["hpv"]["conformal"]["set"] == fitted.sets([logit])[0]
        assert one["hpv"]["conformal"]["alpha"] == ALPHA
        assert one["hpv"]["conformal"] == other["hpv"]["conformal"]
        assert one["hpv"]["probability"] != other["hpv"]["probability"]
    table = pd.read_csv(tmp_path / "plain" / "predictions.csv")
    assert list(table["hpv_set"]) == [case["hpv"]["conformal"]["set"] for case in plain]


def test_terminal_says_the_set_and_what_is_not_promised(
    trained: api.TrainResult, cohort: Cohort, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from hyoid.cli.predict import predict

    predict([trained.run.folder], tmp_path / "out", cohort=cohort.root, device="cpu")
    shown = capsys.readouterr().out
    table = pd.read_csv(tmp_path / "out" / "predictions.csv")
    for row in table.itertuples():
        answer = f"HPV-{row.hpv_set}" if row.hpv_set in {"positive", "negative"} else row.hpv_set
        (line,) = [line for line in shown.splitlines() if line.startswith(f"{row.PatientID}:")]
        assert line.endswith(f"set at 80%: {answer}")
    assert shown.count("nothing is guaranteed in, or across, other hospitals") == 1


def test_two_classifiers_together_give_no_joint_set(cohort: Cohort, trained: api.TrainResult, tmp_path: Path) -> None:
    case = api.predict([trained.run.folder] * 2, tmp_path / "out", cohort=cohort, device="cpu").cases[0]
    assert "conformal" not in case["hpv"]
    assert all("conformal" in one for one in case["hpv"]["classifiers"])
    assert any("sets are given for each of them alone" in note for note in case["hpv"]["notes"])


def test_too_few_cases_of_a_class_are_refused_before_anything_is_trained(cohort: Cohort, tmp_path: Path) -> None:
    with pytest.raises(CohortError, match=r"Sets of fold-0, .* other folds: Found 8 HPV-negative"):
        train_run(cohort, logistic(0.1), tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()


def test_one_fold_alone_has_too_few_and_says_so(cohort: Cohort, tmp_path: Path) -> None:
    done = api.train(cohort, logistic(0.15), tmp_path / "run", fold="0", device="cpu")
    decision = read_json(tmp_path / "run" / "fold-0" / "fitted.json")["decision"]
    assert decision["conformal"] is None
    assert "expected 6 or more of each" in decision["conformal_refused"]
    assert "hpv_set" not in pd.read_csv(tmp_path / "run" / "out-of-fold" / "predictions.csv")
    case = api.predict([done.run.folder], tmp_path / "out", cohort=cohort, device="cpu").cases[0]
    assert "conformal" not in case["hpv"]
    assert any(note.startswith("No conformal set: Found 4 HPV-negative") for note in case["hpv"]["notes"])
