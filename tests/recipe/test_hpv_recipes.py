"""Every shipped classifier is a network that can be built and fed, at every preset that a laptop can hold."""

import pytest
import torch

from hyoid.networks.batch import Batch
from hyoid.recipe import EstimatorStage, Recipe, load_recipe, recipe_names

SPECS = [
    f"{name}{suffix}"
    for name in recipe_names()
    if load_recipe(name).task == "hpv" and not load_recipe(name).multitask
    for suffix in ["", *(f":{variant}" for variant in load_recipe(name).variants)]
]
ENCODED = 15
"""Columns of an encoded record, as many as a one-hot encoder may give."""


def test_the_design_names_eight_recipes_of_hpv_status() -> None:
    assert {spec.partition(":")[0] for spec in SPECS} == {
        *(f"baseline-hpv-{name}" for name in ("densenet121", "efficientnet", "resnet18", "senet", "vit")),
        "glasgow-hpv",
        "hpv-logistic",
        "subtle-hpv",
    }


@pytest.mark.parametrize("preset", ["full", "small", "tiny", "smoke"])
@pytest.mark.parametrize("spec", SPECS)
def test_a_preset_makes_sizes_that_the_encoder_takes(spec: str, preset: str) -> None:
    recipe = load_recipe(spec, preset=preset)
    if recipe.preprocess is None:
        assert not recipe.inputs.images
        return
    network, voxels = recipe.network_stage.network, recipe.imaging.frame.voxels()
    assert all(edge % network.divisor == 0 and edge >= network.min_size for edge in voxels)
    full = load_recipe(spec).imaging.frame.voxels()
    assert all(edge <= before for edge, before in zip(voxels, full, strict=True))
    assert preset == "full" or voxels < full
    Recipe.model_validate(recipe.model_dump())  # presets copy without validation


@pytest.mark.parametrize("spec", SPECS)
def test_the_tiny_network_answers_two_logits_a_patient(spec: str) -> None:
    recipe = load_recipe(spec, preset="tiny")
    if isinstance(recipe.stages[-1], EstimatorStage):
        assert recipe.preprocess is None
        return
    count = len(recipe.inputs.images)
    generator = torch.Generator().manual_seed(0)
    images = clinical = None
    if recipe.preprocess is not None:
        images = torch.rand(2, count, *recipe.preprocess.frame.voxels(), generator=generator)
    if recipe.inputs.clinical is not None:
        clinical = torch.rand(2, ENCODED, generator=generator)
    network = recipe.build_network(0 if clinical is None else ENCODED).eval()
    with torch.inference_mode():
        outputs = network(Batch(images, torch.ones(2, count), clinical))
    assert {name: tuple(logits.shape) for name, logits in outputs.items()} == {"hpv": (2, 2)}
    assert torch.isfinite(outputs["hpv"]).all()


def test_a_network_that_fills_is_told_which_images_are_there() -> None:
    recipe = load_recipe("subtle-hpv", preset="tiny", overrides=["inputs.missing=fill"])
    network = recipe.build_network(ENCODED).eval()
    images, clinical = torch.zeros(1, 2, *recipe.imaging.frame.voxels()), torch.zeros(1, ENCODED)
    with torch.inference_mode():
        both, alone = (
            network(Batch(images, torch.tensor([flags]), clinical))["hpv"] for flags in ([1.0, 1.0], [1.0, 0.0])
        )
    assert not torch.equal(both, alone)
