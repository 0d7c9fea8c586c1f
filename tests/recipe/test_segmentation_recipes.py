"""The papers' segmentation networks: what their documents say, read back from the recipes."""

import pytest
import torch

from hyoid.networks import UNETR, DynUNet, SegResNet, SwinUNETR
from hyoid.networks.batch import Batch
from hyoid.networks.multihead import count_parameters
from hyoid.recipe import load_recipe, recipe_names

NAMES = ("baseline-swinunetr", "baseline-unetr", "glasgow-segresnet", "cds-dynunet")


def test_all_are_recipes_of_segmentation() -> None:
    assert {*NAMES, "baseline-unet", "baseline-segresnet"} == {
        name for name in recipe_names() if load_recipe(name).task == "segmentation"
    }


@pytest.mark.parametrize("name", ["baseline-swinunetr", "baseline-unetr"])
def test_the_baselines_differ_in_their_network_alone(name: str) -> None:
    known, recipe = load_recipe("baseline-segresnet"), load_recipe(name)
    assert recipe.preprocess == known.preprocess
    assert recipe.stages[0].training == known.stages[0].training
    assert (
        load_recipe(f"{name}:published").stages[0].training
        == load_recipe("baseline-segresnet:published").stages[0].training
    )


def test_networks_are_those_of_the_papers() -> None:
    """FACTS: SwinUNETR feature 48, depths 2 2 2 2, heads 3 6 12 24; UNETR 16, 768, 3072, 12."""
    backbones = {name: load_recipe(name).network_stage.network.backbone for name in NAMES}
    assert backbones["baseline-swinunetr"] == SwinUNETR(checkpointing=True)
    assert backbones["baseline-unetr"] == UNETR()
    assert backbones["glasgow-segresnet"] == SegResNet()
    assert backbones["cds-dynunet"] == DynUNet()
    counted = {name: count_parameters(load_recipe(name).build_network()) / 1e6 for name in NAMES}
    assert counted == pytest.approx(
        {"baseline-swinunetr": 62.2, "baseline-unetr": 96.2, "glasgow-segresnet": 4.7, "cds-dynunet": 5.6}, rel=0.05
    )


def test_glasgow_trains_as_its_paper_says() -> None:
    recipe = load_recipe("glasgow-segresnet")
    training = recipe.network_stage.training
    assert (training.optimizer.name, training.optimizer.learning_rate) == ("adamw", 1e-4)
    assert (training.batch_size, training.select.patience, recipe.split.folds) == (8, 10, 5)
    (window,) = recipe.preprocess.intensity["ct"]
    assert (window.lower, window.upper, window.to) == (-250, 250, (0, 1))
    assert load_recipe("glasgow-segresnet:one_fold").inference.ensemble.name == "single_fold"


def test_cds_trains_as_its_paper_says() -> None:
    recipe = load_recipe("cds-dynunet")
    training = recipe.network_stage.training
    assert (training.optimizer.name, training.optimizer.learning_rate, training.epochs) == ("adam", 1e-4, 500)
    assert recipe.patch_voxels == (192, 192, 192)
    assert recipe.preprocess.frame.voxels() == (288, 288, 288)
    assert [part.name for part in training.augment[0].parts] == ["affine", "gamma", "gaussian_noise", "gaussian_smooth"]
    assert training.averaging is not None
    assert [part.minimum_ml for part in recipe.inference.postprocess] == [0.1]
    published = load_recipe("cds-dynunet:published")
    assert published.optimistic
    assert published.split.report_cases == 36
    assert load_recipe("cds-dynunet:without_averaging").network_stage.training.averaging is None
    assert load_recipe("cds-dynunet:all_components").inference.postprocess == ()


@pytest.mark.parametrize("preset", ["tiny", "smoke"])
@pytest.mark.parametrize("name", NAMES)
def test_at_small_sizes_a_patch_goes_through_the_network(name: str, preset: str) -> None:
    recipe = load_recipe(name, preset=preset)
    network = recipe.build_network().eval()
    images = torch.randn(1, 2, *recipe.patch_voxels)
    with torch.no_grad():
        output = network(Batch(images, torch.ones(1, 2)))
    assert output[recipe.segmentation_head].shape == (1, 3, *recipe.patch_voxels)


def test_averaging_shrinks_with_the_epochs() -> None:
    averaging = load_recipe("cds-dynunet", preset="tiny").network_stage.training.averaging
    assert averaging.epochs == 5
