from pathlib import Path

import pytest
import yaml

from hyoid.errors import RecipeError
from hyoid.recipe import PRESETS, Recipe, adjust_recipe, apply_preset, dump_recipe, load_recipe, recipe_names
from hyoid.recipe.overrides import merge

RECIPES = [
    f"{name}{suffix}"
    for name in recipe_names()
    for suffix in ["", *(f":{variant}" for variant in load_recipe(name).variants)]
]


@pytest.mark.parametrize("spec", RECIPES)
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_recipe_resolves_and_reads_back_as_it_was_written(spec: str, preset: str, tmp_path: Path) -> None:
    recipe = load_recipe(spec, preset=preset)
    path = tmp_path / "recipe.yaml"
    path.write_text(dump_recipe(recipe))
    again = load_recipe(str(path))
    assert again == recipe
    assert again.hash == recipe.hash
    silent = any("reports no figures" in deviation for deviation in recipe.deviations)
    assert recipe.paper is None or recipe.paper.reported or silent
    assert recipe.deviations


def test_names_and_comments_do_not_change_the_hash_but_settings_do() -> None:
    recipe = load_recipe("baseline-unet")
    assert recipe.hash == recipe.model_copy(update={"description": "other"}).hash
    assert recipe.hash != load_recipe("baseline-unet", overrides=["stages.0.training.epochs=2"]).hash
    assert recipe.hash != load_recipe("baseline-unet:published").hash


def test_override_reaches_any_leaf() -> None:
    recipe = load_recipe(
        "baseline-unet",
        preset="tiny",
        overrides=["stages.0.training.optimizer.learning_rate=0.001", "split.folds=2", "inputs.missing=fill"],
    )
    assert recipe.stages[0].training.optimizer.learning_rate == 0.001
    assert recipe.split.folds == 2
    assert recipe.inputs.missing == "fill"


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("stages.0.training.epoch=2", r"no key 'epoch'; did you mean 'epochs'"),
        ("stages.3.training.epochs=2", r"'3' is not a position from 0 to 0"),
        ("stages.0.training.epochs.x=2", r"is a single value"),
        ("stages.0.training.epochs", "KEY=VALUE"),
        ("stages.0.training.epochs=many", "epochs.*many"),
        ("split.folds=0", "folds"),
    ],
)
def test_wrong_override_is_one_clear_sentence(assignment: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        load_recipe("baseline-unet", overrides=[assignment])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("batch_size: 2", "batchsize: 2", r"unknown key 'batchsize'; did you mean 'batch_size'"),
        ("name: unet", "name: unett", r"no part is named 'unett'; did you mean 'unet'"),
        ("frame: {name: neck_box", "frame: {name: neckbox", r"no part is named 'neckbox'; did you mean 'neck_box'"),
        ("size_mm:", "size:", r"unknown key 'size'; did you mean 'size_mm'"),
        ("lower: -250", "low: -250", r"unknown key 'low'; did you mean 'lower'"),
        ("folds: 5}", "fold: 5}", r"unknown key 'fold'; did you mean 'folds'"),
        ("inputs:", "input:", r"unknown key 'input'; did you mean 'inputs'"),
        ("gtvp: 0.45", "gtv: 0.45", r"sampling ratios name \['gtv'\]"),
    ],
)
def test_unknown_key_names_the_nearest_valid_one(tmp_path: Path, old: str, new: str, message: str) -> None:
    from importlib.resources import files

    text = (files("hyoid") / "recipes" / "baseline-unet.yaml").read_text()
    assert old in text
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(RecipeError, match=message):
        load_recipe(str(path))


def test_unknown_recipe_variant_and_preset_name_the_nearest() -> None:
    with pytest.raises(RecipeError, match="did you mean 'baseline-unet'"):
        load_recipe("baseline-unt")
    with pytest.raises(RecipeError, match="did you mean 'published'"):
        load_recipe("baseline-unet:publish")
    with pytest.raises(RecipeError, match="did you mean 'tiny'"):
        load_recipe("baseline-unet", preset="tinny")
    with pytest.raises(RecipeError, match="no file at"):
        load_recipe("none.yaml")


def test_file_that_is_no_recipe(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("- 1\n- 2\n")
    with pytest.raises(RecipeError, match="list"):
        load_recipe(str(path))
    path.write_text("a: [1\n")
    with pytest.raises(RecipeError, match="not YAML"):
        load_recipe(str(path))


def test_preset_scales_spacing_filters_epochs_and_patch_and_leaves_its_label() -> None:
    full, tiny = load_recipe("baseline-segresnet"), load_recipe("baseline-segresnet", preset="tiny")
    assert tiny.preset == "tiny"
    assert "tiny" in tiny.title
    assert tiny.preprocess.frame.spacing_mm == (4.0, 4.0, 4.0)
    assert tiny.stages[0].training.epochs == round(full.stages[0].training.epochs * PRESETS["tiny"].epochs)
    assert full.stages[0].patch_voxels((1, 1, 1)) == (128, 128, 128)
    patch = tiny.stages[0].patch_voxels((4, 4, 4))
    assert all(edge % tiny.stages[0].network.backbone.divisor == 0 for edge in patch)
    assert patch == (48, 48, 48)
    with pytest.raises(RecipeError, match="one at full size"):
        apply_preset(tiny, "small")


def test_a_recipe_in_hand_is_adjusted_like_a_named_one() -> None:
    in_hand = adjust_recipe(load_recipe("baseline-unet"), "tiny", ["split.folds=3"])
    assert in_hand == load_recipe("baseline-unet", preset="tiny", overrides=["split.folds=3"])


def test_merge_replaces_a_part_with_another_name_whole() -> None:
    base = {"part": {"name": "a", "x": 1}, "list": [{"k": 1, "l": 2}], "keep": 1}
    assert merge(base, {"part": {"name": "b", "y": 2}})["part"] == {"name": "b", "y": 2}
    assert merge(base, {"part": {"x": 3}})["part"] == {"name": "a", "x": 3}
    assert merge(base, {"list": {0: {"k": 5}}})["list"] == [{"k": 5, "l": 2}]
    assert merge(base, {"list": [1]})["list"] == [1]
    assert base["keep"] == 1
    with pytest.raises(RecipeError, match="position"):
        merge(base, {"list": {3: {}}})


def test_published_variant_keeps_the_papers_choices() -> None:
    recipe = load_recipe("baseline-unet:published")
    assert recipe.variant == "published"
    assert recipe.stages[0].training.augment[0].together
    assert recipe.stages[0].training.select.metric == "mean_dice"
    assert recipe.split.optimistic
    assert not load_recipe("baseline-unet").split.optimistic


def test_merged_labels() -> None:
    raw = yaml.safe_load(dump_recipe(load_recipe("baseline-unet")))
    raw["labels"] = {1: "tumour"}
    raw["stages"][0]["training"]["sampling"]["ratios"] = {"background": 0.1, "tumour": 0.9}
    recipe = Recipe.model_validate(raw)
    assert recipe.merged
    assert recipe.classes == 2
    raw["labels"] = {1: "gtvn"}
    with pytest.raises(ValueError, match="merged into one"):
        Recipe.model_validate(raw)
