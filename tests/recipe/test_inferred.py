"""Settings of inputs that another recipe infers: what they contradict, and the block around the lesions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hyoid.errors import RecipeError
from hyoid.recipe import load_recipe
from hyoid.recipe.inferred import HpvInput, MaskInput

EDGES = st.floats(20, 400)


def test_the_default_trains_on_what_it_is_applied_to() -> None:
    assert (MaskInput().train, MaskInput().predict) == ("predicted", "predicted")
    assert (HpvInput().train, HpvInput().predict) == ("predicted", "ensemble")


@pytest.mark.parametrize(
    ("settings", "inferred"),
    [
        (MaskInput(), True),
        (MaskInput(train="expert"), True),
        (MaskInput(predict="expert"), True),
        (MaskInput(train="expert", predict="expert"), False),
        (HpvInput(), True),
        (HpvInput(train="recorded"), True),
        (HpvInput(predict="recorded"), True),
        (HpvInput(train="recorded", predict="recorded"), False),
        (HpvInput(train="recorded", predict="single_fold"), True),
    ],
)
def test_a_model_is_needed_wherever_something_is_predicted(settings: MaskInput | HpvInput, inferred: bool) -> None:
    assert settings.inferred == inferred


@given(st.tuples(EDGES, EDGES, EDGES), st.floats(0.5, 8), st.sampled_from([1, 16, 32]), st.integers(1, 70))
def test_a_block_is_what_the_network_takes_and_nearest_to_what_was_asked(
    edges: tuple[float, float, float], spacing: float, divisor: int, least: int
) -> None:
    block = MaskInput(crop_mm=edges).crop_voxels((spacing, spacing, spacing), divisor, least)
    assert block is not None
    for voxels, length in zip(block, reversed(edges), strict=True):  # (z, y, x) of (x, y, z)
        assert voxels % divisor == 0
        assert voxels >= least
        wanted = length / spacing
        assert voxels < least + divisor or abs(voxels - wanted) <= divisor / 2 + 1e-9


def test_without_a_block_there_is_none() -> None:
    assert MaskInput().crop_voxels((1.0, 1.0, 1.0), 1, 1) is None
    assert (
        load_recipe("cds-rfs", overrides=["inputs.mask.crop_mm=null", "inputs.mask.random_crop=0"]).crop_voxels is None
    )


CONTRADICTIONS: list[tuple[str, str, str]] = [
    ("cds-rfs", "inputs.mask.crop_mm=null", "random_crop places the block of crop_mm"),
    ("cds-rfs", "inputs.mask.crop_mm=[300, 192, 192]", r"crop_mm is \(192, 192, 300\) voxels \(z, y, x\), more than"),
    ("cds-rfs", "preprocess.frame={name: resized_view}", "crop_mm needs a frame with a voxel size, fixed_box"),
    ("cds-rfs", "inputs.clinical.columns=[age]", "inputs.hpv says where the column 'hpv' comes from"),
    ("cds-rfs", "inputs.mask.folds=1", "inputs.mask.folds: Input should be greater than or equal to 2"),
    ("cds-rfs", "inputs.mask.train=recorded", "inputs.mask.train: Input should be 'expert' or 'predicted'"),
    ("rfs-lesions:clinical", "inputs.mask={}", "a mask joins the images as two more channels"),
    ("glasgow-hpv", "inputs.mask={}", "inputs.mask is of survival recipes"),
    ("baseline-unet", "inputs.mask={}", "leave inputs.mask out"),
    ("glasgow-hpv", "inputs.hpv={}", "inputs.hpv says where the column 'hpv' comes from"),
]


@pytest.mark.parametrize(("name", "override", "message"), CONTRADICTIONS)
def test_a_contradiction_is_one_clear_sentence(name: str, override: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        load_recipe(name, overrides=[override])


@pytest.mark.parametrize("name", ["predict", "train"])
def test_an_unknown_source_is_refused(name: str) -> None:
    wrong: dict[str, Any] = {name: "guessed"}
    with pytest.raises(ValidationError):
        MaskInput(**wrong)


def test_channels_and_columns_follow_from_the_inputs() -> None:
    recipe = load_recipe("cds-rfs")
    assert recipe.inputs.channels == ("ct", "pet", "gtvp", "gtvn")
    assert "hpv" in recipe.inputs.table_columns
    assert "hpv" not in recipe.inputs.recorded_columns  # a new patient is not asked for it
    recorded = load_recipe("cds-rfs:recorded_hpv")
    assert recorded.inputs.recorded_columns == recorded.inputs.table_columns
    assert load_recipe("glasgow-rfs").inputs.channels == ("ct", "pet")
