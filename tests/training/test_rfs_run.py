"""A whole run of a survival recipe: out-of-fold tables, groups, held-out part, bundle, resume, bad cohorts."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hyoid import api
from hyoid.cohort import Cohort, read_cohort
from hyoid.errors import CohortError, RecipeError
from hyoid.files import read_json
from hyoid.metrics.survival import Observed, concordance
from hyoid.recipe import load_recipe
from hyoid.training import train_run
from support.hpv import write_table
from support.rfs import TABLE, ball_outcome_cohort, fused_network, outcome_records

PATIENTS = 60
SPLIT = "split={name: kfold, folds: 3}"
DAYS = (365, 730, 1095, 1460, 1825)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    rows = outcome_records(PATIENTS)
    rows["ACEN-000"] |= {"Relapse": "", "RFS": ""}  # unknown: used nowhere
    return read_cohort(write_table(tmp_path_factory.mktemp("rfs") / TABLE, rows))


@pytest.fixture(scope="module")
def trained(cohort: Cohort, tmp_path_factory: pytest.TempPathFactory) -> api.TrainResult:
    recipe = load_recipe("rfs-lesions:clinical", overrides=[SPLIT])
    return api.train(cohort, recipe, tmp_path_factory.mktemp("rfs") / "run", device="cpu")


def observed(cohort: Cohort, ids: list[str]) -> Observed:
    cases = [cohort.case(i) for i in ids]
    return Observed(np.array([case.rfs_days for case in cases]), np.array([case.relapse for case in cases]))


def out_of_fold(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "out-of-fold" / "predictions.csv", float_precision="round_trip")


def test_every_usable_patient_is_predicted_once_by_the_fold_that_did_not_see_them(
    cohort: Cohort, trained: api.TrainResult
) -> None:
    table = out_of_fold(trained.run.folder)
    assert sorted(table["PatientID"]) == sorted(case.id for case in cohort.cases if case.relapse is not None)
    assert trained.run.excluded == {"ACEN-000": "outcome unknown"}
    folds = {record["folder"]: record for record in read_json(trained.run.folder / "splits.json")}
    for row in table.itertuples():
        assert row.PatientID in folds[row.fold]["report"]
        assert row.PatientID not in {*folds[row.fold]["train"], *folds[row.fold]["select"]}


def test_risk_is_standardised_on_the_folds_own_select_part_and_survival_falls(trained: api.TrainResult) -> None:
    table = out_of_fold(trained.run.folder)
    survival = table[[f"rfs_survival_{day}" for day in DAYS]].to_numpy()
    assert ((survival >= 0) & (survival <= 1)).all()
    assert (np.diff(survival, axis=1) <= 0).all()
    for fold, rows in table.groupby("fold"):
        found = read_json(trained.run.folder / fold / "prognoses.json")
        select = np.array([one["risk"] for one in found["select"].values()])
        assert select.mean() == pytest.approx(0, abs=1e-9)
        assert select.std() == pytest.approx(1, rel=1e-9)
        assert dict(zip(rows["PatientID"], rows["rfs_risk"], strict=True)) == {
            i: one["risk"] for i, one in found["report"].items()
        }
        by_risk = rows.sort_values("rfs_risk")["rfs_survival_1095"].to_numpy()
        assert (np.diff(by_risk) <= 0).all()  # higher is worse


def test_risk_groups_are_cut_by_the_other_folds_risks(trained: api.TrainResult) -> None:
    table = out_of_fold(trained.run.folder)
    for fold, rows in table.groupby("fold"):
        cuts = np.quantile(table.loc[table["fold"] != fold, "rfs_risk"], [1 / 3, 2 / 3])
        assert rows["rfs_group"].tolist() == [1 + int((risk > cuts).sum()) for risk in rows["rfs_risk"]]
    placed = read_json(trained.run.folder / "prognosis.json")
    assert placed["out_of_fold_risks"] == sorted(table["rfs_risk"])
    np.testing.assert_allclose(placed["cut_points"], np.quantile(table["rfs_risk"], [1 / 3, 2 / 3]))


def test_the_model_learns_what_the_records_tell_and_is_evaluated_within_folds(
    cohort: Cohort, trained: api.TrainResult
) -> None:
    table = out_of_fold(trained.run.folder)
    known = concordance(observed(cohort, list(table["PatientID"])), table["rfs_risk"], list(table["fold"]))
    assert trained.survival.cohort["c_index"].value == pytest.approx(known.index)
    assert trained.survival.censoring == "training"
    assert known.index > 0.6
    assert "c_index" in trained.summary()["metrics"]
    assert "recurrence-free survival" in (trained.bundle.folder / "card.md").read_text()
    with pytest.raises(TypeError, match="classifies nothing"):
        _ = trained.classification


def test_held_out_patients_are_predicted_by_all_folds_once_all_are_trained(cohort: Cohort, tmp_path: Path) -> None:
    recipe = load_recipe(
        "rfs-lesions:clinical", overrides=["split={name: holdout_kfold, test_fraction: 0.25, folds: 2}"]
    )
    part = train_run(cohort, recipe, tmp_path / "run", fold="0", device="cpu")
    assert part.held_out == ()
    api.train(cohort, recipe, tmp_path / "run", device="cpu", resume=True)
    table = pd.read_csv(tmp_path / "run" / "held-out" / "predictions.csv", float_precision="round_trip")
    folds = [read_json(tmp_path / "run" / f"fold-{k}" / "prognoses.json")["held_out"] for k in (0, 1)]
    for row in table.itertuples():
        assert row.rfs_risk == pytest.approx(np.mean([fold[row.PatientID]["risk"] for fold in folds]))
        curves = np.mean([fold[row.PatientID]["survival"] for fold in folds], axis=0)
        assert row.rfs_survival_730 == pytest.approx(curves[DAYS.index(730)])
    assert read_json(tmp_path / "run" / "held-out.json")["n"] == len(table) == 15


def test_a_best_fold_is_the_one_with_the_best_c_index_on_its_own_select_part(cohort: Cohort, tmp_path: Path) -> None:
    recipe = load_recipe("rfs-lesions:clinical", overrides=[SPLIT, "inference.ensemble={name: best_fold}"])
    run = train_run(cohort, recipe, tmp_path / "run", device="cpu")
    values = {}
    for name, folder in run.folds.items():
        select = read_json(folder / "prognoses.json")["select"]
        values[name] = concordance(observed(cohort, list(select)), [one["risk"] for one in select.values()]).index
    found = read_json(tmp_path / "run" / "prognosis.json")
    assert values[found["best_fold"]] == max(values.values())
    assert found["best_fold_chosen_by"] == "select"


@pytest.mark.parametrize("name", ["baseline-rfs-mtlr:ehr", "rfs-lesions:icare_clinical", "baseline-rfs-deephit:ehr"])
def test_every_estimator_gives_risk_and_survival(name: str, cohort: Cohort, tmp_path: Path) -> None:
    overrides = ["split={name: kfold, folds: 2}"]
    if "deephit" in name:
        overrides.append("stages.0.estimator={name: deephit, epochs: 30}")
    run = train_run(cohort, load_recipe(name, overrides=overrides), tmp_path / "run", device="cpu")
    table = out_of_fold(run.folder)
    survival = table[[f"rfs_survival_{day}" for day in DAYS]].to_numpy()
    assert np.isfinite(table["rfs_risk"]).all()
    assert ((survival >= 0) & (survival <= 1)).all()
    assert (np.diff(survival, axis=1) <= 1e-12).all()


def test_a_fold_without_events_to_learn_from_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    rows = outcome_records(12)
    for row in rows.values():
        row["Relapse"] = 0
    cohort = read_cohort(write_table(tmp_path / TABLE, rows))
    with pytest.raises(CohortError, match="no event among"):
        train_run(cohort, load_recipe("rfs-lesions:clinical"), tmp_path / "run", device="cpu")


def test_fewer_events_than_folds_are_told(tmp_path: Path) -> None:
    rows = outcome_records(30)
    for k, row in enumerate(rows.values()):
        row["Relapse"] = int(k in {4, 11, 19})
    cohort = read_cohort(write_table(tmp_path / TABLE, rows))
    run = train_run(cohort, load_recipe("rfs-lesions:clinical"), tmp_path / "run", device="cpu")
    assert "5 folds, but only 3 recurrences: some folds report none." in run.notes
    assert len(out_of_fold(run.folder)) == 30


def test_a_cohort_without_outcomes_is_refused(tmp_path: Path) -> None:
    rows = outcome_records(6)
    for row in rows.values():
        row |= {"Relapse": "", "RFS": ""}
    cohort = read_cohort(write_table(tmp_path / TABLE, rows))
    with pytest.raises(CohortError, match="a known recurrence and its time"):
        train_run(cohort, load_recipe("rfs-lesions:clinical"), tmp_path / "run", device="cpu")


def test_negative_times_and_months_are_told_apart_and_a_zero_is_a_time(tmp_path: Path) -> None:
    rows = outcome_records(12)
    first, second, *_ = rows
    rows[first]["RFS"], rows[second]["RFS"] = -5, 0
    cohort = read_cohort(write_table(tmp_path / TABLE, rows))
    assert cohort.case(first).rfs_days is None
    assert any(problem.case == first for problem in cohort.problems)
    assert cohort.case(second).rfs_days == 0
    months = {i: row | {"RFS": round(float(str(row["RFS"])) / 30.4375, 2)} for i, row in outcome_records(12).items()}
    named_days = read_cohort(write_table(tmp_path / "months" / TABLE, months))
    assert any("declared in days, but its median is" in note for note in named_days.notes)
    read = read_cohort(write_table(tmp_path / "own.csv", months))
    assert any("was read as months" in note for note in read.notes)
    for case in read.cases:
        assert case.rfs_days == pytest.approx(float(str(outcome_records(12)[case.id]["RFS"])), abs=0.2)


def test_an_input_that_nobody_has_is_told_and_the_rest_is_learnt_from(tmp_path: Path) -> None:
    rows = outcome_records(30)
    for row in rows.values():
        row["Performance Status"] = ""
        row["M-stage"] = "M0"  # constant
    cohort = read_cohort(write_table(tmp_path / TABLE, rows))
    run = train_run(cohort, load_recipe("rfs-lesions:clinical", overrides=[SPLIT]), tmp_path / "run", device="cpu")
    assert any(note.startswith("performance_status has no value in any of 30") for note in run.notes)
    assert np.isfinite(out_of_fold(run.folder)["rfs_risk"]).all()


def test_only_patients_with_a_dose_are_used_where_the_recipe_compares_on_them(tmp_path: Path) -> None:
    cohort = read_cohort(ball_outcome_cohort(tmp_path / "balls", outcome_records(12), dose=True))
    with_dose = {case.id for case in cohort.cases if "dose" in case.images}
    assert len(with_dose) == 8
    recipe = load_recipe("baseline-rfs-coxph:ehr_on_dose", overrides=["split={name: kfold, folds: 2}"])
    run = train_run(cohort, recipe, tmp_path / "run", device="cpu")
    assert set(run.reported) == with_dose
    assert set(run.excluded.values()) == {"no dose (inputs.only_with)"}


def test_a_network_and_an_estimator_alternate_and_every_iteration_is_kept(tmp_path: Path) -> None:
    cohort = read_cohort(ball_outcome_cohort(tmp_path / "balls", outcome_records(18), dose=True))
    recipe = fused_network(
        "inputs.images=[ct,pet,dose]", "inputs.missing=fill", "inputs.only_with=[]", name="glasgow-rfs"
    )
    trained = api.train(cohort, recipe, tmp_path / "run", device="cpu")
    for folder in trained.run.folds.values():
        members = read_json(folder / "fitted.json")["members"]
        assert [member["weights"] for member in members] == ["selected-0000.safetensors", "selected-0001.safetensors"]
        for member in members:
            assert member["estimator"]["columns"][0].startswith("deep_")
            assert (trained.bundle.folder / folder.name / member["weights"]).is_file()
    parts = read_json(tmp_path / "run" / "splits.json")
    assert all(len(fold["stack"]) >= 1 and not set(fold["stack"]) & set(fold["train"]) for fold in parts)
    predicted = api.predict([trained.bundle.folder], tmp_path / "out", cohort=tmp_path / "balls", device="cpu")
    assert not predicted.failed
    assert [len(case["rfs"]["folds_risk"]) for case in predicted.cases] == [2] * 18


def test_a_killed_alternating_run_resumes_to_the_same_bits(tmp_path: Path) -> None:
    cohort = read_cohort(ball_outcome_cohort(tmp_path / "balls", outcome_records(12)))
    recipe = fused_network("stages.1.iterations=best", epochs=3)
    whole = train_run(cohort, recipe, tmp_path / "whole", device="cpu", fold="0")
    shutil.copytree(tmp_path / "whole", tmp_path / "killed")
    fold = tmp_path / "killed" / "fold-0"
    short = fused_network("stages.1.iterations=best", epochs=3)
    for name in ("fitted.json", "weights.safetensors", "prognoses.json"):
        (fold / name).unlink()
    resumed = train_run(cohort, short, tmp_path / "killed", device="cpu", fold="0", resume=True)
    for name in ("fitted.json", "prognoses.json", "weights.safetensors"):
        assert (resumed.folds["fold-0"] / name).read_bytes() == (whole.folds["fold-0"] / name).read_bytes()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["stages.0.training.select.metric=auc"], "auc is none of rfs"),
        (["inference.ensemble={name: mean_logits}"], "joined by mean_risk"),
        (["inference.decision={}"], "inference.decision is of classifiers"),
        (["stages.1.estimator={name: logistic_regression}"], "both must be of survival"),
        (["labels={1: gtvp, 2: gtvn}"], "labels are of segmentation"),
    ],
)
def test_contradictions_of_a_survival_recipe_are_one_sentence(overrides: list[str], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        fused_network(*overrides)


def test_radiomics_join_the_lesion_measures_where_the_recipe_names_their_settings(tmp_path: Path) -> None:
    pytest.importorskip("zrad", reason="the extra hyoid[radiomics] is not installed")
    cohort = read_cohort(ball_outcome_cohort(tmp_path / "balls", outcome_records(10)))
    radiomics = "{name: ibsi, lesions: [gtvp], spacing_mm: 4.0, families: [morphology, intensity]}"
    recipe = load_recipe(
        "rfs-lesions",
        overrides=[
            "split={name: kfold, folds: 2}",
            f"inputs.lesions={{measures: [log_total_mtv_ml], radiomics: {radiomics}}}",
        ],
    )
    trained = api.train(cohort, recipe, tmp_path / "run", device="cpu")
    columns = read_json(tmp_path / "run" / "fold-0" / "fitted.json")["members"][0]["estimator"]["columns"]
    assert any("gtvp_pet_intensity_mean" in column for column in columns)
    assert "of radiomics)" in (trained.bundle.folder / "card.md").read_text()
    predicted = api.predict([trained.bundle.folder], tmp_path / "out", cohort=tmp_path / "balls", device="cpu")
    assert not predicted.failed
    by_fold = pd.read_csv(tmp_path / "run" / "lesion-measures.csv").set_index("PatientID")
    assert by_fold["gtvp_pet_intensity_mean"].notna().all()


def test_one_patient_is_too_few_and_said_so(tmp_path: Path) -> None:
    cohort = read_cohort(write_table(tmp_path / TABLE, outcome_records(1)))
    with pytest.raises(CohortError, match=r"1 usable case"):
        train_run(cohort, load_recipe("rfs-lesions:clinical"), tmp_path / "run", device="cpu")
