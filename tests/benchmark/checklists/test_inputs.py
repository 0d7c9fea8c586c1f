from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from hyoid.benchmark.checklists import inputs
from hyoid.benchmark.checklists.known import Known
from hyoid.recipe import load_recipe
from support.checklists import KnownOf


def test_predictors_name_images_columns_and_what_is_inferred(known_of: KnownOf) -> None:
    words = inputs.predictors(known_of("baseline-unet", "cds-rfs", "rfs-lesions:radiomics"))
    assert "baseline-unet: CT and PET;" in words
    assert "label map (predicted in training, predicted in prediction, predicted by baseline-segresnet)" in words
    assert "HPV status (predicted in training, ensemble in prediction, predicted by hpv-logistic:clinical)" in words
    lesions = load_recipe("rfs-lesions:radiomics").inputs.lesions
    assert (
        f"total_suv_mean, log_total_dmax_mm, {len(lesions.columns) - len(lesions.measures)} radiomic features" in words
    )


def test_recorded_inputs_are_predicted_by_nobody(known_of: KnownOf) -> None:
    recorded = ["inputs.hpv={train: recorded, predict: recorded}", "inputs.mask={train: expert, predict: expert}"]
    words = inputs.predictors(known_of("cds-rfs", overrides=recorded))
    assert "label map (expert in training, expert in prediction)" in words
    assert "HPV status (recorded in training, recorded in prediction)" in words
    assert "a patient without a label map is left out" in inputs.missing_policy(known_of("cds-rfs", overrides=recorded))


def test_preprocessing_is_that_of_recipes_with_images(known_of: KnownOf) -> None:
    words = inputs.preprocessing(known_of("cds-rfs", "subtle-hpv", "rfs-lesions", "rfs-lesions:radiomics"))
    assert "fixed_box (size mm 288/288/288, spacing mm 1/1/1), interpolation CT bspline and PET bspline" in words
    assert "cut to 192 x 192 x 192 mm around the lesions" in words
    assert "CT window (lower -110, upper 190, to 0/1) then divide_by_mean, PET divide_by_mean" in words
    assert "rfs-lesions:radiomics: radiomic features by ibsi (" in words
    assert "rfs-lesions:" not in words.replace("rfs-lesions:radiomics", "")
    assert inputs.preprocessing(known_of("rfs-lesions")) is None


def test_encoding_names_encoder_and_harmonisation(known_of: KnownOf) -> None:
    words = inputs.encoding(known_of("baseline-unet", "rfs-lesions:combat"))
    assert words.startswith("rfs-lesions:combat: columns encoded by median (")
    assert "centres harmonised by combat (" in words
    assert inputs.encoding(known_of("baseline-unet")) is None


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        ("baseline-unet", "without an expert label map is left out, a patient without one of the images is left out."),
        (
            "cds-hpv",
            "without a known HPV status is left out, a patient without one of the images is left out, whatever",
        ),
        ("rfs-lesions", "a patient without a label map takes part, and what is read or measured in it is missing"),
        ("rfs-lesions", "columns say which numbers were missing"),
        ("glasgow-rfs", "a missing number becomes the fitted median, a missing category one of its own"),
        ("sims-life-multitask", "whatever is missing becomes 0"),
    ],
)
def test_policy_for_what_is_missing(known_of: KnownOf, recipe: str, expected: str) -> None:
    assert expected in inputs.missing_policy(known_of(recipe))


@pytest.mark.parametrize("encoder", ["one_hot", "minus_one", "shifted", "median", "regression"])
def test_every_encoder_has_its_policy(known_of: KnownOf, encoder: str) -> None:
    changed = known_of("rfs-lesions", overrides=[f"inputs.clinical.encoder={{name: {encoder}}}"])
    assert "missing" in inputs.missing_policy(changed).split("is missing, ")[1]


def test_images_may_be_filled_or_wanted_of_all(known_of: KnownOf) -> None:
    words = inputs.missing_policy(known_of("glasgow-rfs", overrides=["inputs.missing=fill", "inputs.only_with=[dose]"]))
    assert "only patients with DOSE take part, a missing image is filled and the network told so" in words


def test_missing_values_are_counted_of_all_columns_that_are_read(
    known: Known, table: pd.DataFrame, known_of: KnownOf, tmp_path: Path
) -> None:
    alcohol = int(table["Alcohol Consumption"].isna().sum())
    words = inputs.missing_values(known)
    assert words.startswith(
        f"missing in 59 patients: alcohol {alcohol} ({100 * alcohol / 59:.0f} %), treatment 59 (100 %)"
    )
    assert "; known of all 59: age, gender, tobacco, performance_status, m_stage. External cohort: " in words
    cases = (
        replace(known.cases[0], images={"ct": tmp_path}),
        replace(known.cases[1], images={"ct": tmp_path, "pet": tmp_path}),
    )
    images = inputs.missing_values(replace(known_of("baseline-unet"), cases=cases))
    assert images == "missing in 2 patients: PET 1 (50 %); known of all 2: CT."
