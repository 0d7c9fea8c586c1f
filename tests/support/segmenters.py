"""Segmentation bundles and framed cases without any training, for the tests of what stands around the networks."""

from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from hyoid.bundle import Bundle
from hyoid.files import write_json
from hyoid.geometry import Volume
from hyoid.imaging import Framed
from hyoid.imaging.suv_scale import SuvScale
from hyoid.recipe import Recipe
from support.balls import ball_case


def untrained_bundle(folder: Path, recipe: Recipe, folds: int = 2, seed: int = 0) -> Bundle:
    """Write folds of random weights: enough for `Segmenter`."""
    names = tuple(f"fold-{number}" for number in range(folds))
    for number, name in enumerate(names):
        torch.manual_seed(100 * seed + number)
        (folder / name).mkdir(parents=True)
        weights = {key: value.contiguous() for key, value in recipe.build_network().state_dict().items()}
        save_file(weights, folder / name / "weights.safetensors")
        write_json(folder / name / "fitted.json", {"trained_without": {}})
    write_json(folder / "ensemble.json", {"folds": names})
    return Bundle(folder, recipe, names, {"recipe_hash": recipe.hash})


def ball_images(seed: int = 0) -> dict[str, Volume]:
    """CT and PET of a ball case."""
    ct, pet, _ = ball_case(seed)
    return {"ct": ct, "pet": pet}


def framed_ball(recipe: Recipe, seed: int = 0) -> Framed:
    """A ball case as the recipe's networks see it, with how its PET becomes SUV again."""
    images = ball_images(seed)
    framed = recipe.imaging.apply(images, recipe.inputs.images)
    if "pet" not in recipe.inputs.images:
        return framed
    plain = recipe.imaging.model_copy(update={"intensity": {}}).apply(images, ("pet",)).images[0]
    scale = SuvScale.of(plain, framed.images[recipe.inputs.images.index("pet")])
    return replace(framed, way_back=replace(framed.way_back, pet=scale))
