"""Prognosis from images: missing ones refused or filled, a dose, and three bundles in one call."""

from pathlib import Path

import pandas as pd
import pytest

from hyoid import api
from hyoid.cohort import read_cohort
from hyoid.errors import CohortError, ImageError
from hyoid.files import read_json
from hyoid.geometry import Volume
from hyoid.imaging import read_volume, write_volume
from hyoid.inference import Predictors
from hyoid.recipe import load_recipe
from support.balls import ball_cohort
from support.recipes import small_recipe
from support.rfs import RECORD, ball_outcome_cohort, fused_network, outcome_records, rfs_of, write_record


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rfs")


@pytest.fixture(scope="module")
def balls(root: Path) -> Path:
    """Two of three have a dose, and one has no PET."""
    return ball_outcome_cohort(root / "balls", outcome_records(18), dose=True, without_pet=["BCEN-003"])


@pytest.fixture(scope="module")
def refusing(root: Path, balls: Path) -> Path:
    recipe = fused_network("inference.ensemble={name: single_fold, fold: 1}")
    return api.train(balls, recipe, root / "refusing", device="cpu").run.folder


@pytest.fixture(scope="module")
def filling(root: Path, balls: Path) -> Path:
    recipe = fused_network(
        "inputs.images=[ct,pet,dose]",
        "inputs.missing=fill",
        "stages.0.training.modality_dropout=0.5",
        "stages.1={kind: estimator, estimator: {name: cox_ph}, stack_fraction: 0.5}",
    )
    return api.train(balls, recipe, root / "filling", device="cpu").run.folder


def test_reported_patients_have_the_prognosis_of_the_bundle_of_that_fold_alone(refusing: Path, balls: Path) -> None:
    """The run read the images from its store; the bundle reads and preprocesses them anew."""
    (predictor,) = Predictors.load([refusing], "cpu").rfs
    assert list(predictor.models) == ["fold-1"]
    expected = read_json(refusing / "fold-1" / "prognoses.json")["report"]
    assert len(expected) >= 5
    cohort = read_cohort(balls)
    answers = {i: predictor.answer(cohort.case(i)) for i in expected}
    assert {i: answer["risk"] for i, answer in answers.items()} == {
        i: pytest.approx(one["risk"], abs=1e-3) for i, one in expected.items()
    }
    assert len({one["risk"] for one in expected.values()}) == len(expected)
    for i, one in expected.items():
        assert answers[i]["survival"]["1_year"]["value"] == pytest.approx(one["survival"][1], abs=1e-3)


def test_a_missing_pet_is_refused_where_the_recipe_says_so(refusing: Path, balls: Path, tmp_path: Path) -> None:
    assert read_json(refusing / "excluded.json") == {"BCEN-003": "no pet"}
    with pytest.raises(CohortError, match="case BCEN-003 without pet") as told:
        api.predict([refusing], tmp_path, ct=balls / "BCEN-003__CT.nii.gz", device="cpu")
    assert "\n" not in str(told.value)
    result = api.predict([refusing], tmp_path, cohort=balls, device="cpu")
    assert list(result.failed) == ["BCEN-003"]
    # a ball in a cylinder has no head: what a model of head and neck says of it must not pass without a word
    assert all(any(note.startswith("No head in view") for note in info["rfs"]["notes"]) for info in result.cases)
    rows = pd.read_csv(tmp_path / "predictions.csv")
    assert rows.loc[rows["PatientID"] == "BCEN-003", "notes"].item() == result.failed["BCEN-003"]


def test_what_a_network_was_trained_to_do_without_is_filled_and_told(
    filling: Path, balls: Path, tmp_path: Path
) -> None:
    ct, record = balls / "BCEN-003__CT.nii.gz", write_record(tmp_path / "r", RECORD)
    found = rfs_of(api.predict([filling], tmp_path, ct=ct, clinical=record, device="cpu"))
    assert found["missing"] == ["pet", "dose"]
    assert pd.read_csv(tmp_path / "predictions.csv")["missing"].item() == "pet dose"
    with pytest.raises(CohortError, match="without ct and pet and dose"):
        api.predict([filling], tmp_path, clinical=record, device="cpu")


def test_a_network_that_never_lacked_an_image_is_not_asked_to_do_without(
    refusing: Path, balls: Path, tmp_path: Path
) -> None:
    cohort = read_cohort(balls)
    complete = cohort.select(case.id for case in cohort.cases if "pet" in case.images)
    recipe = fused_network("inputs.missing=fill", epochs=1)
    api.train(complete, recipe, tmp_path / "run", store=refusing / "store", device="cpu")
    with pytest.raises(CohortError, match="an image that all training cases of glasgow-rfs had"):
        api.predict([tmp_path / "run"], tmp_path / "out", ct=balls / "BCEN-003__CT.nii.gz", device="cpu")


def test_a_dose_that_is_given_is_read_and_one_that_cannot_be_is_refused(
    filling: Path, balls: Path, tmp_path: Path
) -> None:
    study = {
        "ct": balls / "ACEN-001__CT.nii.gz",
        "pet": balls / "ACEN-001__PT.nii.gz",
        "clinical": write_record(tmp_path / "r", RECORD),
    }
    dose = balls / "ACEN-001__RTDOSE.nii.gz"
    without = rfs_of(api.predict([filling], tmp_path / "a", **study, device="cpu"))
    given = rfs_of(api.predict([filling], tmp_path / "b", **study, dose=dose, device="cpu"))
    assert (without["missing"], given["missing"]) == (["dose"], [])
    assert given["folds_risk"] != without["folds_risk"]
    with pytest.raises(CohortError, match=r"no file at .*nofile.nii.gz; expected a dose"):
        api.predict([filling], tmp_path / "c", **study, dose=tmp_path / "nofile.nii.gz", device="cpu")
    gray = read_volume(dose)
    assert gray.array.max() == 70
    write_volume(tmp_path / "cgy.nii.gz", Volume(gray.array * 100, gray.grid))
    with pytest.raises(ImageError, match=r"a dose that reaches 7000 in .*cgy.nii.gz.*cGy: divide by 100") as told:
        api.predict([filling], tmp_path / "d", **study, dose=tmp_path / "cgy.nii.gz", device="cpu")
    assert "\n" not in str(told.value)


def test_segmentation_status_and_prognosis_are_joined_and_lesions_measured_in_the_predicted_map(
    balls: Path, tmp_path: Path
) -> None:
    cohort = read_cohort(balls)
    folds = "split={name: kfold, folds: 2}"
    tidy = "inference.postprocess=[{name: remove_small_components, minimum_ml: 2}]"  # one epoch leaves a thousand
    segmentation = small_recipe("baseline-unet", tidy, epochs=1)
    api.train(ball_cohort(tmp_path / "s", 4), segmentation, tmp_path / "seg", device="cpu")
    api.train(cohort, load_recipe("hpv-logistic:clinical", overrides=[folds]), tmp_path / "hpv", device="cpu")
    api.train(cohort, load_recipe("rfs-lesions", overrides=[folds]), tmp_path / "lesions", device="cpu")
    study = {
        "ct": balls / "ACEN-000__CT.nii.gz",
        "pet": balls / "ACEN-000__PT.nii.gz",
        "clinical": write_record(tmp_path / "r", RECORD),
    }
    bundles = [tmp_path / name for name in ("lesions", "seg", "hpv")]
    (all_three,) = api.predict(bundles, tmp_path / "out", **study, device="cpu").cases
    assert {"lesions", "hpv", "rfs"} <= all_three.keys()
    assert any("predicted label map" in note for note in all_three["rfs"]["notes"])
    made = tmp_path / "out" / "ACEN-000" / "ACEN-000.nii.gz"
    given = rfs_of(api.predict([tmp_path / "lesions"], tmp_path / "given", **study, mask=made, device="cpu"))
    assert given["risk"] == pytest.approx(all_three["rfs"]["risk"], abs=1e-9)
    assert not any("predicted" in note for note in given["notes"])
    alone = rfs_of(api.predict([tmp_path / "lesions"], tmp_path / "alone", **study, device="cpu"))
    assert "No label map: the lesion measures are missing." in alone["notes"]
    assert "log_total_mtv_ml" in alone["missing"]
    assert alone["risk"] != given["risk"]
    row = pd.read_csv(tmp_path / "out" / "predictions.csv")
    assert {"gtvp_volume_ml", "rfs_risk", "hpv_probability"} <= set(row)
    assert read_json(made.with_suffix("").with_suffix(".json")) == all_three
