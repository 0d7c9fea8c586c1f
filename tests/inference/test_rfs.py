"""New patients' prognosis: what the bundle's numbers say, what is missing, what is refused, and bundles joined."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hyoid import api
from hyoid.bundle import load_bundle
from hyoid.cohort import read_cohort
from hyoid.errors import CohortError
from hyoid.files import read_json
from hyoid.inference import Predictors
from hyoid.inference.rfs import percentile
from hyoid.recipe import load_recipe
from support.hpv import write_table
from support.rfs import RECORD, TABLE, outcome_records, record_network, rfs_of, write_record

DAYS = {"1_year": 365, "2_years": 730, "3_years": 1095, "5_years": 1825}
FULL: dict[str, Any] = {
    "age": 71,
    "gender": 1,
    "tobacco": 1,
    "alcohol": 0,
    "performance_status": 1,
    "m_stage": "M0",
    "treatment": 1,
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rfs")


@pytest.fixture(scope="module")
def table(root: Path) -> Path:
    rows = outcome_records(36)
    for i, row in enumerate(rows.values()):
        row["Treatment"] = i % 2
    return write_table(root / "table" / TABLE, rows)


@pytest.fixture(scope="module")
def cox(root: Path, table: Path) -> Path:
    recipe = load_recipe("rfs-lesions:clinical", overrides=["split={name: kfold, folds: 3}"])
    return api.train(table, recipe, root / "cox", device="cpu").run.folder


@pytest.fixture(scope="module")
def network(root: Path, table: Path) -> Path:
    """One-hot encoder, network and bagged iCARE in turn, two iterations."""
    return api.train(table, record_network(), root / "network", device="cpu").run.folder


def _encoded_by_hand(columns: list[dict[str, Any]], values: Mapping[str, Any]) -> dict[str, float]:
    encoded: dict[str, float] = {}
    for column in columns:
        name, value = column["column"], values[column["column"]]
        if column["kind"] == "standardised":
            encoded[name] = column["missing"] if value is None else (value - column["mean"]) / column["deviation"]
            encoded[f"{name}_present"] = float(value is not None)
        else:
            category = value if value in column["categories"] else "missing"
            encoded |= {f"{name}={each}": float(each == category) for each in (*column["categories"], "missing")}
    return encoded


def _prognosis_by_hand(fitted: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[float, dict[str, float]]:
    """Standardised risk and survival by the numbers in `fitted.json` alone; `values` are None where missing."""
    encoded = _encoded_by_hand(fitted["encoder"]["columns"], values)
    (member,) = fitted["members"]
    model, baseline = member["estimator"], member["baseline"]
    assert set(model["columns"]) == set(encoded)
    risk = sum(
        weight * (encoded[name] - mean)
        for name, weight, mean in zip(model["columns"], model["weights"], model["means"], strict=True)
    )
    standardised = (risk - baseline["mean"]) / baseline["spread"]
    survival = {}
    for name, day in DAYS.items():
        hazards = [h for at, h in zip(baseline["days"], baseline["cumulative_hazard"], strict=True) if at <= day]
        survival[name] = np.exp(-([0.0, *hazards][-1]) * np.exp(baseline["slope"] * standardised))
    return standardised, survival


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
def test_a_prognosis_is_what_the_bundles_numbers_say_and_a_gap_is_told_and_never_zero(
    cox: Path, tmp_path: Path, given: dict[str, Any], lost: list[str], note: str | None
) -> None:
    content = {key: value for key, value in (RECORD | given).items() if value is not None}
    result = api.predict([cox], tmp_path / "out", clinical=write_record(tmp_path, content), device="cpu")
    found, bundle = rfs_of(result), load_bundle(cox)
    fitted = {fold: read_json(bundle.folder / fold / "fitted.json") for fold in bundle.folds}
    by_hand = {fold: _prognosis_by_hand(one, FULL | dict.fromkeys(lost)) for fold, one in fitted.items()}
    assert found["folds_risk"] == {fold: pytest.approx(risk, abs=1e-5) for fold, (risk, _) in by_hand.items()}
    assert found["risk"] == pytest.approx(np.mean([risk for risk, _ in by_hand.values()]), abs=1e-5)
    assert list(found["survival"]) == list(DAYS)
    for name, at in found["survival"].items():
        each = [survival[name] for _, survival in by_hand.values()]
        assert at["days"] == DAYS[name]
        assert at["value"] == pytest.approx(np.mean(each), abs=1e-6)
        assert (at["lowest"], at["highest"]) == (
            pytest.approx(min(each), abs=1e-6),
            pytest.approx(max(each), abs=1e-6),
        )
    known = pd.read_csv(cox / "out-of-fold" / "predictions.csv", float_precision="round_trip")["rfs_risk"]
    assert found["percentile"] == pytest.approx(100 * np.mean(known <= found["risk"]))
    assert found["group"] == 1 + sum(found["risk"] > np.quantile(known, [1 / 3, 2 / 3]))
    assert found["groups"] == 3
    notes = [*result.cases[0]["notes"], *found["notes"]]
    assert found["missing"] == ([] if lost == ["m_stage"] else lost)  # a value that training never had is there
    assert (note is None and not any("missing" in said for said in notes)) or any(note in n for n in notes if note)
    row = pd.read_csv(tmp_path / "out" / "predictions.csv").iloc[0]
    assert ("" if pd.isna(row["missing"]) else row["missing"]) == " ".join(found["missing"])
    assert row["rfs_risk"] == pytest.approx(found["risk"])


def test_a_percentile_counts_the_equal_ones_too() -> None:
    known = [-1.0, 0.0, 0.0, 2.0]
    assert [percentile(risk, known) for risk in (-2.0, -1.0, -0.5, 0.0, 1.9, 2.0, 9.0)] == [
        0.0,
        25.0,
        25.0,
        75.0,
        75.0,
        100.0,
        100.0,
    ]


def test_the_groups_of_new_patients_are_cut_by_the_out_of_fold_risks(cox: Path, table: Path, tmp_path: Path) -> None:
    api.predict([cox], tmp_path / "out", cohort=table, device="cpu")
    rows = pd.read_csv(tmp_path / "out" / "predictions.csv", float_precision="round_trip")
    known = read_json(cox / "prognosis.json")["out_of_fold_risks"]
    low, high = np.quantile(known, [1 / 3, 2 / 3])
    expected = [1 if risk <= low else 2 if risk <= high else 3 for risk in rows["rfs_risk"]]
    assert rows["rfs_group"].tolist() == expected
    assert set(expected) == {1, 2, 3}


@pytest.mark.parametrize("content", [{}, {"Age": "unknown"}, {"PatientID": "x", "Center": 3}, {"RFS": 300}])
def test_an_empty_record_is_refused_in_one_sentence(cox: Path, tmp_path: Path, content: dict[str, Any]) -> None:
    with pytest.raises(CohortError, match=r"case new without age, gender, .*at least one of what rfs-lesions") as told:
        api.predict([cox], tmp_path / "out", clinical=write_record(tmp_path, content), device="cpu")
    assert "\n" not in str(told.value)


def test_a_category_that_training_never_saw_is_as_a_missing_one_for_a_network_too(
    network: Path, tmp_path: Path
) -> None:
    strange = write_record(tmp_path, RECORD | {"Performance Status": 4})
    found = rfs_of(api.predict([network], tmp_path / "a", clinical=strange, device="cpu"))
    assert any("performance_status = 4 was never seen in training; encoded as missing" in n for n in found["notes"])
    gone = write_record(tmp_path / "b", {key: value for key, value in RECORD.items() if key != "Performance Status"})
    without = rfs_of(api.predict([network], tmp_path / "b", clinical=gone, device="cpu"))
    assert without["risk"] == found["risk"]
    assert without["survival"] == found["survival"]
    assert (without["missing"], found["missing"]) == (["performance_status"], [])


def test_survival_beyond_the_follow_up_of_the_training_patients_is_told(cox: Path, table: Path, tmp_path: Path) -> None:
    """Survival curves are fitted on the `select` part: each fold knows as much as it was followed for."""
    bundle = load_bundle(cox)
    known = {
        fold: read_json(bundle.folder / fold / "fitted.json")["members"][0]["baseline"]["last_day"]
        for fold in bundle.folds
    }
    short = {fold: day for fold, day in known.items() if day < 1825}
    assert short
    found = rfs_of(api.predict([cox], tmp_path / "a", clinical=write_record(tmp_path, RECORD), device="cpu"))
    held = ", ".join(f"day {day:.0f} ({fold})" for fold, day in short.items())
    assert found["notes"][-1] == (
        f"{len(short)} of 3 folds know survival for less than 5 years and hold it from {held}."
    )
    rows = {case: row | {"RFS": 1900 + int(str(row["RFS"]))} for case, row in outcome_records(36).items()}
    recipe = load_recipe("rfs-lesions:clinical", overrides=["split={name: kfold, folds: 2}"])
    api.train(write_table(tmp_path / "long" / TABLE, rows), recipe, tmp_path / "run", device="cpu")
    found = rfs_of(
        api.predict([tmp_path / "run"], tmp_path / "b", clinical=write_record(tmp_path, RECORD), device="cpu")
    )
    assert not any("know survival" in note for note in found["notes"])


def test_curves_of_discrete_time_are_held_where_their_training_part_ends(table: Path, tmp_path: Path) -> None:
    recipe = load_recipe("baseline-rfs-mtlr:ehr", overrides=["split={name: kfold, folds: 2}"])
    run = api.train(table, recipe, tmp_path / "run", device="cpu").run.folder
    model = Predictors.load([run], "cpu").rfs[0].models["fold-0"]
    case = read_cohort(table).cases[0]
    last = model.last_day
    prognosis, _ = model.prognosis([case], None, [1, last, last + 1, 9999])
    assert last == model.members[0].estimator.last_day
    assert prognosis.survival[0, 0] > prognosis.survival[0, 1] == prognosis.survival[0, 2] == prognosis.survival[0, 3]


def test_two_bundles_are_joined_by_their_mean_percentile_and_survival(cox: Path, network: Path, tmp_path: Path) -> None:
    path = write_record(tmp_path, {key: value for key, value in RECORD.items() if key != "Alcohol Consumption"})
    alone = [rfs_of(api.predict([b], tmp_path / "a", clinical=path, device="cpu")) for b in (cox, network)]
    found = rfs_of(api.predict([cox, network], tmp_path / "b", clinical=path, device="cpu"))
    assert found["risk"] == found["percentile"] == pytest.approx(np.mean([one["percentile"] for one in alone]))
    for name, at in found["survival"].items():
        each = [one["survival"][name] for one in alone]
        assert at["value"] == pytest.approx(np.mean([one["value"] for one in each]))
        assert at["lowest"] == min(one["lowest"] for one in each)
        assert at["highest"] == max(one["highest"] for one in each)
    assert found["models"] == alone
    assert found["recipe"] == f"{alone[0]['recipe']} + {alone[1]['recipe']}"
    assert found["missing"] == ["alcohol"]
    assert found["notes"] == [f"{one['recipe']}: {note}" for one in alone for note in one["notes"]]
    row = pd.read_csv(tmp_path / "b" / "predictions.csv")
    assert "rfs_group" not in row  # groups of two recipes have no common cut points
    assert row["rfs_percentile"].item() == pytest.approx(found["percentile"])


def test_the_table_of_predictions_has_its_columns_and_a_run_is_as_good_as_its_bundle(
    cox: Path, table: Path, tmp_path: Path
) -> None:
    for name, folder in (("run", cox), ("bundle", cox / "bundle")):
        api.predict([folder], tmp_path / name, cohort=table, device="cpu")
    assert list(pd.read_csv(tmp_path / "run" / "predictions.csv")) == [
        "PatientID",
        "rfs_risk",
        "rfs_percentile",
        "rfs_group",
        "rfs_survival_365",
        "rfs_survival_730",
        "rfs_survival_1095",
        "rfs_survival_1825",
        "missing",
        "notes",
    ]
    texts = [(tmp_path / name / "predictions.csv").read_text() for name in ("run", "bundle")]
    assert texts[0] == texts[1]
