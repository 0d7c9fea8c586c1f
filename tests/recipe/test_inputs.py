"""Encoders of a recipe: lesion measures are quantities, whatever the encoder does to categories."""

import pytest

from hyoid.cohort import Case
from hyoid.errors import RecipeError
from hyoid.recipe import load_recipe

CASES = [
    Case(str(i), clinical={"age": 50 + i, "m_stage": "M0", "gtvp_count": 1.0, "gtvp_suv_max": 5.0 + i})
    for i in range(4)
]


@pytest.mark.parametrize("name", ["one_hot", "median", "minus_one", "shifted", "regression"])
def test_a_lesion_measure_is_a_quantity_and_no_category(name: str) -> None:
    inputs = load_recipe(
        "rfs-lesions",
        overrides=[
            f"inputs.clinical={{columns: [age, m_stage], encoder: {{name: {name}}}}}",
            "inputs.lesions={measures: [gtvp_count, gtvp_suv_max]}",
        ],
    ).inputs
    encoder = inputs.fit_encoder(CASES)
    assert encoder is not None
    assert "gtvp_suv_max" in encoder.names
    new = encoder.encode([Case("new", clinical={"age": 52, "m_stage": "M0", "gtvp_count": 3.0, "gtvp_suv_max": 100.0})])
    assert new.values[0, encoder.names.index("gtvp_suv_max")] > 10
    assert not any("gtvp" in note for note in new.notes)


HARMONISED = [
    ("hpv-logistic:clinical", "{name: combat}", "there are no lesion measures"),
    ("hpv-logistic", "{name: combat, columns: [gtvp_suv_mx]}", "did you mean 'gtvp_suv_max'"),
    ("hpv-logistic", "{name: combat, columns: [gender]}", "'gender' is neither a lesion measure nor"),
    ("hpv-logistic", "{name: combat, covariates: [t_stage]}", "'t_stage' is none of inputs.clinical.columns"),
    ("hpv-logistic", "{name: combat, covariates: [hpv]}", "outcomes, the center and ids never are one"),
    ("baseline-segresnet", "{name: combat, columns: [age]}", "harmonise"),
    ("sims-life-multitask", "{name: combat, columns: [age]}", "that label no voxels"),
    ("glasgow-hpv", "{name: combat, columns: [age], unseen: transductive}", "it reads no images"),
]


@pytest.mark.parametrize(("name", "harmonise", "message"), HARMONISED)
def test_what_cannot_be_harmonised_is_refused(name: str, harmonise: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        load_recipe(name, overrides=[f"inputs.harmonise={harmonise}"])


def test_all_lesion_measures_are_harmonised_unless_columns_are_named() -> None:
    inputs = load_recipe("hpv-logistic:combat").inputs
    assert inputs.lesions is not None
    assert inputs.harmonised_columns == inputs.lesions.columns
    named = load_recipe("hpv-logistic", overrides=["inputs.harmonise={name: combat, columns: [age, gtvp_count]}"])
    assert named.inputs.harmonised_columns == ("age", "gtvp_count")
    assert load_recipe("rfs-lesions:combat_transductive").inputs.harmonise is not None
    assert load_recipe("rfs-lesions").inputs.harmonised_columns == ()
    assert load_recipe("hpv-logistic").inputs.fit_harmoniser(CASES) is None
