"""A whole run of a classifier on records alone: tables of predictions, decisions, hold-out part, ensembles, resume."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.metrics import balanced_accuracy_score, log_loss

from hyoid import api
from hyoid.cohort import Cohort, Fold, read_cohort
from hyoid.errors import CohortError, RecipeError
from hyoid.files import read_json
from hyoid.recipe import Recipe, load_recipe
from hyoid.training import train_run
from support.hpv import TABLE, Row, clinical_network, records, write_folds, write_table

PATIENTS = 36


def logistic(*overrides: str, split: str = "{name: kfold, folds: 3}") -> Recipe:
    return load_recipe("hpv-logistic:clinical", overrides=[f"split={split}", *overrides])


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    rows: dict[str, Row] = records(PATIENTS)
    rows["ACEN-000"]["HPV Status"] = ""  # unknown: used nowhere
    return read_cohort(write_table(tmp_path_factory.mktemp("hpv") / TABLE, rows))


@pytest.fixture(scope="module")
def trained(cohort: Cohort, tmp_path_factory: pytest.TempPathFactory) -> api.TrainResult:
    return api.train(cohort, logistic(), tmp_path_factory.mktemp("hpv") / "run", device="cpu")


def _calibrated(line: Mapping[str, Any], logits: Any) -> Any:
    """Platt's line by hand, all but level beyond what it was fitted on."""
    values = np.asarray(logits, float)
    over = np.where(values > line["highest"], values - line["highest"], np.minimum(values - line["lowest"], 0))
    hair = min(0.01, line["scale"])
    return line["scale"] * (values - over) + line["offset"] + hair * over / (1 + abs(over))


def test_every_usable_patient_is_predicted_once_by_the_fold_that_did_not_train_on_them(
    cohort: Cohort, trained: api.TrainResult
) -> None:
    table = _table(trained.run.folder)
    assert sorted(table["PatientID"]) == sorted(case.id for case in cohort.cases if case.hpv is not None)
    assert trained.run.excluded == {"ACEN-000": "HPV status unknown"}
    folds = {record["folder"]: record for record in read_json(trained.run.folder / "splits.json")}
    for row in table.itertuples():
        fold = folds[row.fold]
        assert row.PatientID in fold["report"]
        assert row.PatientID not in {*fold["train"], *fold["select"]}
        logits = read_json(trained.run.folder / row.fold / "logits.json")["report"]
        assert row.hpv_logit == pytest.approx(logits[row.PatientID], rel=1e-12)


def test_each_folds_rows_are_its_own_line_and_threshold_applied_by_hand(trained: api.TrainResult) -> None:
    table = _table(trained.run.folder)
    seen = set()
    for fold, rows in table.groupby("fold"):
        decision = read_json(trained.run.folder / fold / "fitted.json")["decision"]
        line, threshold = decision["calibrator"], decision["threshold"]
        calibrated = _calibrated(line, rows["hpv_logit"] - decision["middle"])
        np.testing.assert_allclose(rows["hpv_probability_raw"], expit(rows["hpv_logit"]), rtol=1e-12)
        np.testing.assert_allclose(rows["hpv_probability"], expit(calibrated), rtol=1e-12)
        np.testing.assert_allclose(rows["hpv_threshold"], expit(threshold["logit"]), rtol=1e-12)
        np.testing.assert_array_equal(rows["hpv_decision"], (calibrated >= threshold["logit"]).astype(int))
        assert decision["fitted_on"] == "out-of-fold values of 2 other folds"
        assert line["cases"] == len(table) - len(rows)
        assert "note" not in decision
        seen.add((line["scale"], line["offset"], threshold["logit"]))
    assert len(seen) == 3


def test_what_is_known_of_new_patients_decisions_is_counted_out_of_fold(
    cohort: Cohort, trained: api.TrainResult
) -> None:
    table, deployed = _table(trained.run.folder), read_json(trained.run.folder / "decision.json")
    truth = np.array([cohort.case(i).hpv for i in table["PatientID"]], bool)
    called = table["hpv_decision"].to_numpy(bool)
    assert deployed["out_of_fold"] == {
        "cases": len(truth),
        "positives": int(truth.sum()),
        "sensitivity": pytest.approx(called[truth].mean()),
        "specificity": pytest.approx((~called)[~truth].mean()),
    }
    assert deployed["calibrator"]["cases"] == len(table)
    assert deployed["prior"] == pytest.approx(truth.mean())  # a Platt line has the prior of the cases it was fitted on
    assert deployed["effective_prior"] == pytest.approx(0.5)  # the classes are balanced by their weights
    shown = trained.evaluation.headline()["balanced_accuracy"]["value"]
    assert shown == pytest.approx(balanced_accuracy_score(truth, called))


def test_one_fold_alone_decides_on_its_own_select_part_and_says_so(cohort: Cohort, tmp_path: Path) -> None:
    done = api.train(cohort, logistic(), tmp_path / "run", fold="0", device="cpu")
    assert list(done.run.folds) == ["fold-0"]
    decision = read_json(tmp_path / "run" / "fold-0" / "fitted.json")["decision"]
    fold = read_json(tmp_path / "run" / "splits.json")[0]
    assert decision["fitted_on"] == "the fold's own select part"
    assert "No other fold is finished" in decision["note"]
    assert decision["calibrator"]["cases"] == len(fold["select"])
    assert set(_table(tmp_path / "run")["PatientID"]) == set(fold["report"])


def test_one_fold_then_the_rest_is_the_run_in_one_go(cohort: Cohort, trained: api.TrainResult, tmp_path: Path) -> None:
    train_run(cohort, logistic(), tmp_path / "run", fold="2", device="cpu")
    train_run(cohort, logistic(), tmp_path / "run", device="cpu", resume=True)
    _assert_same(tmp_path / "run", trained.run.folder)


@pytest.mark.parametrize("lost", ["fitted.json", "logits.json"])
def test_a_fold_that_was_killed_before_its_last_file_is_made_good(
    cohort: Cohort, trained: api.TrainResult, tmp_path: Path, lost: str
) -> None:
    run = shutil.copytree(trained.run.folder, tmp_path / "run")
    (run / "fold-1" / lost).unlink()
    train_run(cohort, logistic(), run, device="cpu", resume=True)
    _assert_same(run, trained.run.folder)


def test_a_fold_killed_before_its_predictions_does_not_stop_another_fold_alone(
    cohort: Cohort, trained: api.TrainResult, tmp_path: Path
) -> None:
    run = shutil.copytree(trained.run.folder, tmp_path / "run")
    (run / "fold-1" / "logits.json").unlink()
    train_run(cohort, logistic(), run, fold="2", device="cpu", resume=True)
    _assert_same(run, trained.run.folder)


@pytest.mark.slow  # two processes that import torch; that cases and work travel to them, test_run.py shows every time
def test_folds_side_by_side_equal_those_one_after_the_other(cohort: Cohort, tmp_path: Path) -> None:
    recipe = clinical_network("split={name: kfold, folds: 2}", epochs=2)
    for jobs in (1, 2):
        train_run(cohort, recipe, tmp_path / f"run-{jobs}", device="cpu", jobs=jobs)
    _assert_same(tmp_path / "run-1", tmp_path / "run-2")
    for k in (0, 1):
        one, other = (tmp_path / f"run-{jobs}/fold-{k}/weights.safetensors" for jobs in (1, 2))
        assert one.read_bytes() == other.read_bytes()


def test_a_network_resumed_after_a_lost_file_gives_the_same(cohort: Cohort, tmp_path: Path) -> None:
    recipe = clinical_network("split={name: kfold, folds: 2}", epochs=2)
    train_run(cohort, recipe, tmp_path / "run", device="cpu")
    again = shutil.copytree(tmp_path / "run", tmp_path / "again")
    for name in ("fitted.json", "logits.json", "weights.safetensors"):
        (again / "fold-1" / name).unlink()
    train_run(cohort, recipe, again, device="cpu", resume=True)
    _assert_same(again, tmp_path / "run")


HOLD_OUT = "{name: holdout_kfold, folds: 3, test_fraction: 0.25}"


def _by_hand(name: str, each: dict[str, np.ndarray], best: str) -> np.ndarray:
    stacked = np.stack(list(each.values()))
    return {
        "mean_logits": stacked.mean(axis=0),
        "median": np.median(stacked, axis=0),
        "mean_probability": logit(expit(stacked).mean(axis=0)),
        "single_fold": each["fold-1"],
        "best_fold": each[best],
    }[name]


@pytest.mark.parametrize("name", ["mean_logits", "median", "mean_probability", "single_fold", "best_fold"])
def test_the_held_out_part_is_predicted_by_the_ensemble(cohort: Cohort, tmp_path: Path, name: str) -> None:
    recipe = logistic(f"inference.ensemble={{name: {name}, fold: 1}}", split=HOLD_OUT)
    run = train_run(cohort, recipe, tmp_path / "run", device="cpu")
    assert len(run.held_out) == round(0.25 * (PATIENTS - 1))
    logits = {fold: read_json(folder / "logits.json") for fold, folder in run.folds.items()}
    middles = {fold: _middle_by_hand(cohort, one["select"]) for fold, one in logits.items()}
    each = {fold: np.array([one["held_out"][i] for i in run.held_out]) for fold, one in logits.items()}
    centered = {fold: values - middles[fold] for fold, values in each.items()}
    losses = {fold: _balanced_log_loss(cohort, one["select"], middles[fold]) for fold, one in logits.items()}
    best = min(losses, key=lambda fold: losses[fold])
    deployed = read_json(tmp_path / "run" / "decision.json")
    assert deployed["best_fold"] == (best if name == "best_fold" else None)
    table = pd.read_csv(tmp_path / "run" / "held-out" / "predictions.csv")
    assert tuple(table["PatientID"]) == run.held_out
    np.testing.assert_allclose(table["hpv_logit"], _by_hand(name, each, best), rtol=1e-9)
    wanted = _by_hand(name, centered, best)
    calibrated = _calibrated(deployed["calibrator"], wanted)
    np.testing.assert_allclose(table["hpv_probability"], expit(calibrated), rtol=1e-9)
    np.testing.assert_array_equal(table["hpv_decision"], (calibrated >= deployed["threshold"]["logit"]).astype(int))
    out_of_fold = _table(tmp_path / "run")
    assert not set(run.held_out) & set(out_of_fold["PatientID"])
    assert deployed["calibrator"]["cases"] == len(out_of_fold)


def test_a_best_fold_chosen_by_the_held_out_part_is_marked_optimistic_and_the_card_says_so(
    cohort: Cohort, tmp_path: Path
) -> None:
    recipe = logistic("inference.ensemble={name: best_fold, chosen_by: held_out}", split=HOLD_OUT)
    assert recipe.optimistic
    assert not logistic("inference.ensemble={name: best_fold}", split=HOLD_OUT).optimistic
    done = api.train(cohort, recipe, tmp_path / "run", device="cpu")
    worth = {}
    for fold, folder in done.run.folds.items():
        decision = read_json(folder / "fitted.json")["decision"]
        held_out = read_json(folder / "logits.json")["held_out"]
        line, middle = decision["calibrator"], decision["middle"]
        called = [
            line["scale"] * (v - middle) + line["offset"] >= decision["threshold"]["logit"] for v in held_out.values()
        ]
        worth[fold] = balanced_accuracy_score([cohort.case(i).hpv for i in held_out], called)
    best = read_json(tmp_path / "run" / "decision.json")["best_fold"]
    assert worth[best] == max(worth.values())
    assert done.bundle.chosen_folds == (best,)
    assert "optimistic" in (done.bundle.folder / "card.md").read_text()
    modest = api.train(cohort, logistic(split=HOLD_OUT), tmp_path / "modest", device="cpu")
    assert "optimistic" not in (modest.bundle.folder / "card.md").read_text()
    assert (tmp_path / "run" / "held-out.json").is_file()


def test_one_centre_after_the_other_is_left_out(cohort: Cohort, tmp_path: Path) -> None:
    done = api.train(cohort, logistic(split="{name: leave_one_center_out}"), tmp_path / "run", device="cpu")
    assert list(done.run.fold_names.values()) == ["center-ACEN", "center-BCEN", "center-CCEN"]
    table = _table(tmp_path / "run")
    center_of = {f"fold-{k}": name for k, name in enumerate(["ACEN", "BCEN", "CCEN"])}
    assert len(table) == PATIENTS - 1
    assert [center_of[fold] for fold in table["fold"]] == [i[:4] for i in table["PatientID"]]


def test_a_cohort_without_any_known_status_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    rows = {i: {**row, "HPV Status": ""} for i, row in records(6).items()}
    unknown = read_cohort(write_table(tmp_path / "cohort" / TABLE, rows))
    with pytest.raises(CohortError, match="HPV status unknown"):
        train_run(unknown, logistic(), tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()


def test_a_patient_whom_two_folds_report_is_refused_before_anything_is_written(cohort: Cohort, tmp_path: Path) -> None:
    """Fold 0's threshold is fitted on what fold 1 says of its own: a patient of both would have been seen."""
    ids = [case.id for case in cohort.cases if case.hpv is not None]
    folds = [
        Fold("one", tuple(ids[:20]), tuple(ids[20:25]), tuple(ids[25:])),
        Fold("two", tuple(ids[8:24]), tuple(ids[:8]), tuple(ids[24:30])),
    ]
    split = f"{{name: folds_file, path: {write_folds(tmp_path / 'folds.json', folds)}}}"
    with pytest.raises(CohortError, match=rf"5 patients \(first: {ids[25]}\) in the report parts of two folds"):
        train_run(cohort, logistic(split=split), tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()


def test_a_recipe_without_images_has_nothing_to_preprocess(cohort: Cohort, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="which reads no image"):
        api.preprocess(cohort.root, logistic(), tmp_path / "store")


@pytest.mark.parametrize("make", [logistic, clinical_network])
def test_a_training_part_of_one_class_is_refused_before_an_epoch_is_spent(
    tmp_path: Path, make: Callable[[str], Recipe]
) -> None:
    rows = {i: {**row, "HPV Status": 1} for i, row in records(6).items()}
    positives = read_cohort(write_table(tmp_path / "cohort" / TABLE, rows))
    with pytest.raises(CohortError, match="0 negative and 3 positive training cases in fold-0; expected both classes"):
        train_run(positives, make("split={name: kfold, folds: 3}"), tmp_path / "run", device="cpu")
    assert not (tmp_path / "run" / "fold-0").exists()


def _table(run: Path) -> pd.DataFrame:
    return pd.read_csv(run / "out-of-fold" / "predictions.csv", float_precision="round_trip")


def _middle_by_hand(cohort: Cohort, select: dict[str, float]) -> float:
    """The mean of the two classes' means, on the fold's select part."""
    each = [[value for i, value in select.items() if cohort.case(i).hpv is status] for status in (True, False)]
    return float(np.mean([np.mean(values) for values in each])) if all(each) else 0.0


def _balanced_log_loss(cohort: Cohort, logits: dict[str, float], middle: float) -> float:
    """Scikit-learn's log loss of each class alone, and their mean."""
    truth = np.array([cohort.case(i).hpv for i in logits], bool)
    values = expit(np.array(list(logits.values())) - middle)
    each = [log_loss(truth[group], values[group], labels=[False, True]) for group in (truth, ~truth) if group.any()]
    return float(np.mean(each))


def _assert_same(run: Path, other: Path) -> None:
    files = [path.relative_to(other) for path in sorted(other.glob("fold-*/*.json"))]
    assert files
    for file in [*files, Path("decision.json"), Path("out-of-fold/predictions.csv")]:
        assert _content(run / file) == _content(other / file), file


def _content(path: Path) -> Any:
    return path.read_text() if path.suffix == ".csv" else read_json(path)
