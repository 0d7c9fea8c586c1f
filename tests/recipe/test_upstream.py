"""Which recipes infer a recipe's inputs, at which preset, and what cannot."""

import pytest

from hyoid.cohort import KFold
from hyoid.errors import RecipeError
from hyoid.recipe import load_recipe, recipe_names, upstream_recipes


def test_each_source_names_its_recipe_cross_fitted_at_the_outer_preset() -> None:
    found = upstream_recipes(load_recipe("cds-rfs", preset="tiny", overrides=["inputs.hpv.folds=4"]))
    assert {task: one.title for task, one in found.items()} == {
        "segmentation": "baseline-segresnet (tiny)",
        "hpv": "hpv-logistic:clinical (tiny)",
    }
    assert found["segmentation"].split == KFold(folds=3)
    assert found["hpv"].split == KFold(folds=4)


def test_what_is_not_predicted_needs_nobody() -> None:
    assert upstream_recipes(load_recipe("cds-rfs:expert")) == {}
    assert set(upstream_recipes(load_recipe("cds-rfs:expert_masks"))) == {"hpv"}
    assert set(upstream_recipes(load_recipe("cds-rfs:recorded_hpv"))) == {"segmentation"}
    for name in set(recipe_names()) - {"cds-rfs"}:
        assert upstream_recipes(load_recipe(name)) == {}


def test_overrides_are_those_of_the_upstream_recipe() -> None:
    recipe = load_recipe("cds-rfs", overrides=["inputs.mask.overrides=[stages.0.training.epochs=7]"])
    assert upstream_recipes(recipe)["segmentation"].network_stage.training.epochs == 7
    misspelt = load_recipe("cds-rfs", overrides=["inputs.mask.overrides=[stages.0.training.epoch=7]"])
    with pytest.raises(RecipeError, match="did you mean 'epochs'"):
        upstream_recipes(misspelt)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("inputs.mask.recipe=glasgow-hpv", "glasgow-hpv, a recipe of hpv, as the one that infers an input of cds-rfs"),
        ("inputs.hpv.recipe=baseline-unet", "baseline-unet, a recipe of segmentation"),
        ("inputs.mask.recipe=baseline-segresnt", "did you mean 'baseline-segresnet'"),
        ("inputs.hpv.recipe=hpv-logistic", "which measures lesions in a label map"),
        (
            "inputs.mask.overrides=['labels={1: tumour}', 'stages.0.training.sampling=null']",
            "the labels {1: 'tumour'} of baseline-segresnet",
        ),
    ],
)
def test_a_recipe_that_answers_something_else_is_refused(override: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        upstream_recipes(load_recipe("cds-rfs", overrides=[override]))
