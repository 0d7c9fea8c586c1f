"""New patients: what the bundle's parts say, what is missing, what is refused, and another prior."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from hyoid import api
from hyoid.bundle import load_bundle
from hyoid.cohort import Case, read_clinical_json, read_cohort
from hyoid.cohort.encoders import FittedEncoder
from hyoid.errors import CohortError, HyoidError
from hyoid.files import read_json
from hyoid.imaging import read_volume
from hyoid.inference import Predictors
from hyoid.recipe import load_recipe
from support.balls import ball_cohort
from support.hpv import TABLE, ball_hpv_cohort, clinical_network, image_network, record, records, write_table
from support.recipes import small_recipe

RECORD = {
    "Age": 50,
    "Gender": 1,
    "Tobacco Consumption": 0,
    "Alcohol Consumption": 1,
    "Performance Status": 1,
    "M-stage": "M0",
}
KFOLD = "split={name: kfold, folds: 3}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hpv")


@pytest.fixture(scope="module")
def table(root: Path) -> Path:
    return write_table(root / "table" / TABLE, records(36))


@pytest.fixture(scope="module")
def logistic(root: Path, table: Path) -> Path:
    recipe = load_recipe("hpv-logistic:clinical", overrides=[KFOLD])
    return api.train(table, recipe, root / "logistic", device="cpu").run.folder


@pytest.fixture(scope="module")
def network(root: Path, table: Path) -> Path:
    """One-hot encoder, no calibration, log-odds as they are, fixed threshold."""
    decision = "inference.decision={calibration: {name: none}, threshold: {name: fixed, value: 0.4}, centered: false}"
    return api.train(table, clinical_network(KFOLD, decision), root / "network", device="cpu").run.folder


@pytest.fixture(scope="module")
def balls(root: Path) -> Path:
    """Every third patient is positive, and one has no PET."""
    return ball_hpv_cohort(root / "balls", records(9, positives_of_three=1), without_pet=["BCEN-003"])


@pytest.fixture(scope="module")
def refusing(root: Path, balls: Path) -> Path:
    recipe = image_network("inference.ensemble={name: single_fold, fold: 1}")
    return api.train(balls, recipe, root / "refusing", device="cpu").run.folder


@pytest.fixture(scope="module")
def filling(root: Path, balls: Path) -> Path:
    recipe = image_network("inputs.missing=fill", "stages.0.training.modality_dropout=0.5")
    return api.train(balls, recipe, root / "filling", device="cpu").run.folder


@pytest.fixture(scope="module")
def lesions(root: Path, balls: Path) -> Path:
    recipe = load_recipe("hpv-logistic", overrides=["split={name: kfold, folds: 2}"])
    return api.train(balls, recipe, root / "lesions", device="cpu").run.folder


def _json(folder: Path, content: Mapping[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "new.json"
    path.write_text(json.dumps(content))
    return path


def _hpv(result: api.PredictResult) -> dict[str, Any]:
    (case,) = result.cases
    found: dict[str, Any] = case["hpv"]
    return found


def _z(column: Mapping[str, Any], value: float | None) -> float:
    return float(column["missing"] if value is None else (value - column["mean"]) / column["deviation"])


def _logistic_by_hand(fitted: Mapping[str, Any], values: Mapping[str, Any]) -> float:
    """The log-odds, from the numbers in `fitted.json` alone; `values` by canonical column, None where missing."""
    total = fitted["estimator"]["intercept"]
    weights = dict(zip(fitted["estimator"]["columns"], fitted["estimator"]["weights"], strict=True))
    used = set()
    for column in fitted["encoder"]["columns"]:
        name, value = column["column"], values[column["column"]]
        if column["kind"] == "standardised":
            terms = {name: _z(column, value), f"{name}_present": float(value is not None)}
        else:
            category = value if value in column["categories"] else "missing"
            terms = {f"{name}={category}": 1.0}
        total += sum(weights[term] * amount for term, amount in terms.items())
        used |= {*terms} | {f"{name}={c}" for c in (*column.get("categories", ()), "missing")}
    assert set(weights) <= used
    return float(total)


FULL: dict[str, Any] = {
    "age": 50,
    "gender": 1,
    "tobacco": 0,
    "alcohol": 1,
    "performance_status": 1,
    "m_stage": "M0",
}


@pytest.mark.parametrize(
    ("given", "lost", "note"),
    [
        ({}, [], None),
        ({"Alcohol Consumption": None}, ["alcohol"], None),
        ({"Age": "unknown"}, ["age"], None),
        ({"Gender": 7}, ["gender"], "gender = 7: expected 1 (male) or 0 (female); read as missing."),
        ({"M-stage": "Mx"}, ["m_stage"], "m_stage = 'Mx' was never seen in training; encoded as missing."),
    ],
    ids=["complete", "key missing", "age unknown", "gender 7", "m_stage never seen"],
)
def test_a_new_patient_is_what_the_bundles_numbers_say_and_a_gap_is_told_and_never_zero(
    logistic: Path, tmp_path: Path, given: dict[str, Any], lost: list[str], note: str | None
) -> None:
    content = {key: value for key, value in (RECORD | given).items() if value is not None}
    result = api.predict([logistic], tmp_path / "out", clinical=_json(tmp_path, content), device="cpu")
    found = _hpv(result)
    values = FULL | dict.fromkeys(lost)
    bundle = load_bundle(logistic)
    fitted = {fold: read_json(bundle.folder / fold / "fitted.json") for fold in bundle.folds}
    each = {fold: _logistic_by_hand(one, values) for fold, one in fitted.items()}
    combined = np.mean([each[fold] - fitted[fold]["decision"]["middle"] for fold in bundle.folds])
    assert found["folds_raw"] == {fold: pytest.approx(expit(value), abs=1e-6) for fold, value in each.items()}
    assert found["probability_raw"] == pytest.approx(expit(np.mean(list(each.values()))), abs=1e-6)
    line, threshold = bundle.decision["calibrator"], bundle.decision["threshold"]
    calibrated = line["scale"] * combined + line["offset"]
    assert found["probability"] == pytest.approx(expit(calibrated), abs=1e-6)
    assert found["threshold"] == pytest.approx(expit(threshold["logit"]), abs=1e-12)
    assert found["decision"] == (calibrated >= threshold["logit"])
    spread = found["spread_over_folds"]
    assert (spread["lowest"], spread["highest"]) == (min(found["folds_raw"].values()), max(found["folds_raw"].values()))
    assert spread["standard_deviation"] == pytest.approx(np.std(list(found["folds_raw"].values())))
    notes = [*result.cases[0]["notes"], *found["notes"]]
    if lost and lost != ["m_stage"]:  # a category that training never had is there, and noted
        assert found["missing"] == lost
    else:
        assert found["missing"] == []
    assert (note is None and notes == []) or any(note in said for said in notes if note)
    row = pd.read_csv(tmp_path / "out" / "predictions.csv").iloc[0]
    assert row["PatientID"] == "new"
    assert ("" if pd.isna(row["missing"]) else row["missing"]) == " ".join(found["missing"])


def test_an_impossible_value_of_a_table_is_told_with_its_patient(logistic: Path, table: Path, tmp_path: Path) -> None:
    rows = table.read_text().splitlines()
    header, first = rows[0].split(","), rows[1].split(",")
    first[header.index("Gender")] = "7"
    wrong = tmp_path / table.name
    wrong.write_text("\n".join([rows[0], ",".join(first), *rows[2:]]))
    result = api.predict([logistic], tmp_path / "out", cohort=wrong, device="cpu")
    notes = {info["id"]: info["notes"] for info in result.cases}
    assert notes.pop(first[0]) == ["gender = 7: expected 1 (male) or 0 (female); read as missing."]
    assert not any(notes.values())


def test_a_file_that_is_not_there_is_refused_even_where_the_recipe_reads_no_image(
    logistic: Path, tmp_path: Path
) -> None:
    record = _json(tmp_path, {"Age": 61})
    with pytest.raises(CohortError, match=r"no file at .*nofile.nii.gz"):
        api.predict([logistic], tmp_path / "out", pet=tmp_path / "nofile.nii.gz", clinical=record, device="cpu")


def test_a_refusal_says_which_value_was_impossible(logistic: Path, tmp_path: Path) -> None:
    with pytest.raises(CohortError, match=r"at least one of what .*age = 6100: expected 0 to 120 years"):
        api.predict([logistic], tmp_path / "out", clinical=_json(tmp_path, {"Age": 6100}), device="cpu")


def test_a_category_that_training_never_saw_is_encoded_as_missing_and_noted(network: Path, tmp_path: Path) -> None:
    """Performance status 4 in a one-hot encoding: the column `=missing` is 1, all others 0."""
    path = _json(tmp_path, RECORD | {"Performance Status": 4})
    found = _hpv(api.predict([network], tmp_path / "out", clinical=path, device="cpu"))
    assert any("performance_status = 4 was never seen in training; encoded as missing" in n for n in found["notes"])
    bundle = load_bundle(network)
    encoder = FittedEncoder.from_json(read_json(bundle.folder / "fold-0" / "fitted.json")["encoder"])
    row = encoder.encode([Case("new", clinical=read_clinical_json(path))])
    values = dict(zip(row.names, row.values[0], strict=True))
    of_status = {name: value for name, value in values.items() if name.startswith("performance_status=")}
    assert of_status.pop("performance_status=missing") == 1
    assert set(of_status.values()) == {0}
    gone = {key: value for key, value in RECORD.items() if key != "Performance Status"}
    without = _hpv(api.predict([network], tmp_path / "w", clinical=_json(tmp_path / "w2", gone), device="cpu"))
    assert without["probability_raw"] == pytest.approx(found["probability_raw"], abs=1e-7)
    assert without["missing"] == ["performance_status", "treatment"]


@pytest.mark.parametrize("content", [{}, {"Age": "unknown"}, {"PatientID": "x", "Center": 3}])
def test_an_empty_record_is_refused_in_one_sentence(logistic: Path, tmp_path: Path, content: dict[str, Any]) -> None:
    with pytest.raises(CohortError, match=r"case new without age, gender, .*at least one of what hpv-logistic") as told:
        api.predict([logistic], tmp_path / "out", clinical=_json(tmp_path, content), device="cpu")
    assert "\n" not in str(told.value)


def test_out_of_fold_logits_are_those_of_the_bundle_of_that_fold_alone(refusing: Path, balls: Path) -> None:
    """The run read the images from its store; the bundle reads and preprocesses them anew."""
    (predictor,) = Predictors.load([refusing], "cpu").hpv
    assert list(predictor.classifiers) == ["fold-1"]
    expected = read_json(refusing / "fold-1" / "logits.json")["report"]
    assert len(expected) == 4
    cohort = read_cohort(balls)
    found = {i: predictor.logits(cohort.case(i)).raw for i in expected}
    assert found == {i: pytest.approx(value, abs=1e-4) for i, value in expected.items()}
    assert len(set(expected.values())) == len(expected)
    one = predictor.answer(predictor.logits(cohort.case(next(iter(expected)))))
    assert one["spread_over_folds"] is None  # one fold agrees with itself, which says nothing


def test_a_missing_pet_is_refused_where_the_recipe_says_so(refusing: Path, balls: Path, tmp_path: Path) -> None:
    assert read_json(refusing / "excluded.json") == {"BCEN-003": "no pet"}
    with pytest.raises(CohortError, match="case BCEN-003 without pet") as told:
        api.predict([refusing], tmp_path, ct=balls / "BCEN-003__CT.nii.gz", device="cpu")
    assert "\n" not in str(told.value)
    result = api.predict([refusing], tmp_path, cohort=balls, device="cpu")
    assert list(result.failed) == ["BCEN-003"]
    assert len(result.cases) == 8
    # a ball in a cylinder has no head: what a classifier of head and neck says of it must not pass without a word
    assert all(any(note.startswith("No head in view") for note in info["hpv"]["notes"]) for info in result.cases)
    table = pd.read_csv(tmp_path / "predictions.csv")
    assert table.loc[table["PatientID"] == "BCEN-003", "notes"].item() == result.failed["BCEN-003"]


def test_a_missing_pet_is_filled_where_the_network_was_trained_so(filling: Path, balls: Path, tmp_path: Path) -> None:
    ct = balls / "BCEN-003__CT.nii.gz"
    result = api.predict([filling], tmp_path, ct=ct, clinical=_json(tmp_path / "r", RECORD), device="cpu")
    found = _hpv(result)
    assert found["missing"] == ["pet"]
    assert pd.read_csv(tmp_path / "predictions.csv")["missing"].item() == "pet"
    with pytest.raises(CohortError, match="without ct and pet"):
        api.predict([filling], tmp_path, clinical=_json(tmp_path / "r", RECORD), device="cpu")


def test_a_network_that_never_lacked_an_image_is_not_asked_to_do_without(balls: Path, tmp_path: Path) -> None:
    """`missing: fill` alone, all training cases complete: what the network would say is not known."""
    cohort = read_cohort(balls)
    complete = cohort.select(case.id for case in cohort.cases if "pet" in case.images)
    api.train(complete, image_network("inputs.missing=fill"), tmp_path / "run", device="cpu")
    with pytest.raises(CohortError, match="an image that all training cases of baseline-hpv-resnet18 had"):
        api.predict([tmp_path / "run"], tmp_path / "out", ct=balls / "BCEN-003__CT.nii.gz", device="cpu")


def test_a_training_case_without_pet_is_counted_with_fill(balls: Path, tmp_path: Path) -> None:
    api.train(balls, image_network("inputs.missing=fill"), tmp_path / "run", device="cpu")
    counts = [read_json(tmp_path / "run" / f"fold-{k}" / "fitted.json")["trained_without"] for k in (0, 1)]
    folds = read_json(tmp_path / "run" / "splits.json")
    assert counts == [{"ct": 0, "pet": int("BCEN-003" in fold["train"])} for fold in folds]
    assert sum(count["pet"] for count in counts) <= 1
    assert load_bundle(tmp_path / "run").trained_without() == {"ct": 0, "pet": 0}  # one fold never lacked it


def test_segmentation_and_lesion_classifier_are_joined_on_a_study_without_mask(
    lesions: Path, logistic: Path, balls: Path, tmp_path: Path
) -> None:
    segmentation = api.train(ball_cohort(tmp_path / "s", 4), small_recipe(epochs=1), tmp_path / "seg", device="cpu")
    study = {"ct": balls / "ACEN-000__CT.nii.gz", "pet": balls / "ACEN-000__PT.nii.gz"}
    record_file = _json(tmp_path / "r", RECORD)
    both = api.predict(
        [segmentation.run.folder, lesions], tmp_path / "both", **study, clinical=record_file, device="cpu"
    )
    found = _hpv(both)
    assert any("predicted label map" in note for note in found["notes"])
    made = tmp_path / "both" / "ACEN-000" / "ACEN-000.nii.gz"
    given = api.predict([lesions], tmp_path / "given", **study, mask=made, clinical=record_file, device="cpu")
    assert _hpv(given)["probability_raw"] == pytest.approx(found["probability_raw"], abs=1e-9)
    assert not any("predicted" in note for note in _hpv(given)["notes"])
    assert set(both.cases[0]["lesions"]) == {"gtvp", "gtvn"}
    alone = api.predict([lesions], tmp_path / "alone", **study, clinical=record_file, device="cpu")
    assert "No label map: the lesion measures are missing." in _hpv(alone)["notes"]
    assert "log_gtvp_mtv_ml" in _hpv(alone)["missing"]
    expert = api.predict(
        [lesions], tmp_path / "e", **study, mask=balls / "ACEN-000.nii.gz", clinical=record_file, device="cpu"
    )
    assert _hpv(expert)["probability_raw"] != _hpv(alone)["probability_raw"]
    with pytest.raises(CohortError, match="at least one of what hpv-logistic:clinical reads"):
        api.predict([segmentation.run.folder, logistic], tmp_path / "refused", **study, device="cpu")
    assert not (tmp_path / "refused").exists()  # told before anything is segmented
    assert read_volume(made).grid == read_volume(balls / "ACEN-000.nii.gz").grid


def test_two_classifiers_are_joined_by_their_mean_log_odds(logistic: Path, network: Path, tmp_path: Path) -> None:
    path = _json(tmp_path, RECORD)
    alone = [_hpv(api.predict([b], tmp_path / "a", clinical=path, device="cpu")) for b in (logistic, network)]
    found = _hpv(api.predict([logistic, network], tmp_path / "b", clinical=path, device="cpu"))
    for key in ("probability", "threshold", "probability_raw"):
        assert found[key] == pytest.approx(expit(np.mean([logit(one[key]) for one in alone])))
    assert found["decision"] == (found["probability"] >= found["threshold"])
    assert found["classifiers"] == alone
    assert found["recipe"] == f"{alone[0]['recipe']} + {alone[1]['recipe']}"
    assert found["missing"] == ["treatment"]
    raw = [value for one in alone for value in one["folds_raw"].values()]
    assert found["spread_over_folds"]["lowest"] == min(raw)
    assert found["spread_over_folds"]["highest"] == max(raw)


def test_a_prevalence_moves_probabilities_by_its_offset_and_a_balanced_decision_not_at_all(
    logistic: Path, table: Path, tmp_path: Path
) -> None:
    before = api.predict([logistic], tmp_path / "a", cohort=table, device="cpu")
    after = api.predict([logistic], tmp_path / "b", cohort=table, device="cpu", prevalence=0.2)
    prior = load_bundle(logistic).decision["prior"]
    offset = logit(0.2) - logit(prior)
    assert offset < -0.5
    for one, other in zip(before.cases, after.cases, strict=True):
        moved = logit(other["hpv"]["probability"]) - logit(one["hpv"]["probability"])
        assert moved == pytest.approx(offset, abs=1e-9)
        assert logit(other["hpv"]["threshold"]) - logit(one["hpv"]["threshold"]) == pytest.approx(offset, abs=1e-9)
        assert other["hpv"]["decision"] == one["hpv"]["decision"]
        assert one["hpv"]["prior"] is None
        assert other["hpv"]["prior"]["to_prior"] == 0.2
    assert {case["hpv"]["decision"] for case in after.cases} == {True, False}


def test_a_prevalence_changes_the_decisions_of_a_fixed_threshold(network: Path, table: Path, tmp_path: Path) -> None:
    before = api.predict([network], tmp_path / "a", cohort=table, device="cpu")
    after = api.predict([network], tmp_path / "b", cohort=table, device="cpu", prevalence=0.02)
    decision = load_bundle(network).decision
    assert decision["prior"] == decision["effective_prior"]  # no calibration: the prior of training
    counts = [read_json(network / f"fold-{k}" / "fitted.json")["cases"] for k in range(3)]
    each = [logit(one["positive"] / (one["positive"] + one["negative"])) for one in counts]
    assert decision["prior"] == pytest.approx(expit(np.mean(each)))
    offset = logit(0.02) - logit(decision["prior"])
    for one, other in zip(before.cases, after.cases, strict=True):
        expected = expit(logit(one["hpv"]["probability"]) + offset)
        assert other["hpv"]["probability"] == pytest.approx(expected, abs=1e-9)
        assert other["hpv"]["threshold"] == pytest.approx(0.4)
        assert other["hpv"]["decision"] == (expected >= 0.4)
    assert sum(case["hpv"]["decision"] for case in before.cases) > 0
    assert not any(case["hpv"]["decision"] for case in after.cases)


@pytest.mark.parametrize("method", ["em", "black_box"])
def test_a_prevalence_is_not_estimated_from_few_cases(logistic: Path, table: Path, tmp_path: Path, method: Any) -> None:
    with pytest.raises(HyoidError, match="36 cases to estimate a prevalence from; expected 50 or more"):
        api.predict([logistic], tmp_path / "out", cohort=table, device="cpu", estimate_prevalence=method)
    with pytest.raises(HyoidError, match="one study to estimate a prevalence from"):
        api.predict(
            [logistic], tmp_path / "out", clinical=_json(tmp_path, RECORD), device="cpu", estimate_prevalence=method
        )


def test_a_prevalence_of_many_cases_is_estimated_or_refused_by_what_the_decisions_are_worth(
    logistic: Path, network: Path, tmp_path: Path
) -> None:
    rows = {f"ACEN-{i:03d}": {"CenterID": 1, **record(500 + i, i % 4 == 0)} for i in range(60)}
    many = write_table(tmp_path / "many" / TABLE, rows)
    known = load_bundle(logistic).decision["out_of_fold"]
    youden = known["sensitivity"] + known["specificity"] - 1
    assert youden > 0.2, "the records should tell the classes apart"
    result = api.predict([logistic], tmp_path / "a", cohort=many, device="cpu", estimate_prevalence="black_box")
    called = np.mean([case["hpv"]["decision"] for case in result.cases])
    expected = np.clip((called + known["specificity"] - 1) / youden, 0.001, 0.999)
    (shift,) = result.prior
    assert shift.to_prior == pytest.approx(expected)
    assert (shift.method, shift.cases) == ("black_box", 60)
    em = api.predict([logistic], tmp_path / "b", cohort=many, device="cpu", estimate_prevalence="em").prior[0]
    probabilities = [case["hpv"]["probability"] for case in read_cases(tmp_path / "b")]
    assert em.to_prior == pytest.approx(np.clip(np.mean(probabilities), 0.001, 0.999), abs=1e-4)  # its fixed point
    worthless = load_bundle(network).decision["out_of_fold"]
    assert worthless["sensitivity"] + worthless["specificity"] - 1 < 0.2, "this one calls everybody positive"
    for method in ("em", "black_box"):
        with pytest.raises(HyoidError, match=r"shares that add up to 1\.2 or more"):
            api.predict([network], tmp_path / "c", cohort=many, device="cpu", estimate_prevalence=method)


def read_cases(out: Path) -> list[dict[str, Any]]:
    return [read_json(path) for path in sorted(out.glob("*/*.json"))]


def test_the_table_of_predictions_has_its_columns_and_a_run_is_as_good_as_its_bundle(
    logistic: Path, table: Path, tmp_path: Path
) -> None:
    for name, folder in (("run", logistic), ("bundle", logistic / "bundle")):
        api.predict([folder], tmp_path / name, cohort=table, device="cpu")
    written = pd.read_csv(tmp_path / "run" / "predictions.csv")
    assert list(written) == [
        "PatientID",
        "hpv_probability",
        "hpv_probability_raw",
        "hpv_threshold",
        "hpv_decision",
        "hpv_fold_lowest",
        "hpv_fold_highest",
        "missing",
        "notes",
    ]
    assert set(written["hpv_decision"]) == {0, 1}
    texts = [(tmp_path / name / "predictions.csv").read_text() for name in ("run", "bundle")]
    assert texts[0] == texts[1]
