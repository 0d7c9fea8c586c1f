"""The light ResNet-18 with masks and HPV status: its variants, its sizes at every preset, one pass through it."""

import pytest
import torch

from hyoid.networks.batch import Batch
from hyoid.recipe import Recipe, load_recipe

VARIANTS = {
    "": ("predicted", "predicted", "predicted", "ensemble", "mean_risk"),
    ":as_submitted": ("expert", "predicted", "recorded", "single_fold", "best_fold"),
    ":expert": ("expert", "expert", "recorded", "recorded", "mean_risk"),
    ":expert_to_predicted": ("expert", "predicted", "recorded", "ensemble", "mean_risk"),
    ":expert_masks": ("expert", "expert", "predicted", "ensemble", "mean_risk"),
    ":recorded_hpv": ("predicted", "predicted", "recorded", "recorded", "mean_risk"),
    ":one_fold_hpv": ("predicted", "predicted", "predicted", "single_fold", "mean_risk"),
    ":cds_upstreams": ("predicted", "predicted", "predicted", "ensemble", "mean_risk"),
}
ENCODED = 8


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_says_what_is_inferred_in_training_and_when_applied(variant: str) -> None:
    recipe = load_recipe(f"cds-rfs{variant}")
    mask, hpv = recipe.inputs.mask, recipe.inputs.hpv
    assert (mask.train, mask.predict, hpv.train, hpv.predict, recipe.inference.ensemble.name) == VARIANTS[variant]
    assert recipe.inputs.infers == (variant != ":expert")
    assert {f":{name}" for name in recipe.variants} == set(VARIANTS) - {""}


@pytest.mark.parametrize(("preset", "frame", "block"), [("full", 288, 192), ("small", 144, 96), ("tiny", 72, 48)])
def test_the_block_is_192_mm_of_a_window_of_288_at_every_preset(preset: str, frame: int, block: int) -> None:
    recipe = load_recipe("cds-rfs", preset=preset)
    assert recipe.imaging.frame.voxels() == (frame,) * 3
    assert recipe.sample_voxels == (block,) * 3
    Recipe.model_validate(recipe.model_dump())  # presets copy without validation


def test_the_network_is_half_as_wide_as_the_usual_one_and_reads_four_channels() -> None:
    recipe = load_recipe("cds-rfs")
    network = recipe.build_network(ENCODED)
    stem = network.encoder.conv1
    assert tuple(stem.weight.shape) == (32, 4, 7, 7, 7)
    assert stem.stride == (2, 2, 2)
    parts = {name: sum(p.numel() for p in module.parameters()) for name, module in network.named_children()}
    assert parts["clinical"] == ENCODED * 64 + 64 + 64 * 32 + 32  # a two-layer MLP
    assert parts["heads"] == 256 + 32 + 1
    assert 8.2e6 < parts["encoder"] < 8.4e6  # a quarter of the 33.2 million of the usual width


def test_one_pass_at_the_tiny_preset() -> None:
    recipe = load_recipe("cds-rfs", preset="tiny", overrides=["inputs.missing=fill"])
    network = recipe.build_network(ENCODED).eval()
    images = torch.rand(1, 4, *recipe.sample_voxels, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        there, absent = (
            network(Batch(images, torch.tensor([[1.0, 1.0, flag, flag]]), torch.zeros(1, ENCODED)))["rfs"].risk
            for flag in (1.0, 0.0)
        )
    assert there.shape == (1,)
    assert not torch.equal(there, absent)  # the network is told that the mask is missing
