"""Ensembles over recipes: class probabilities averaged on the CT's own grid, slab by slab."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.geometry import Grid, Volume
from hyoid.imaging import Framed, WayBack, resample
from hyoid.imaging.blocks import Block, block_meeting
from hyoid.imaging.way_back import SLAB_SLICES
from hyoid.inference.case import Prediction
from hyoid.inference.certainty import RecipeMaps
from hyoid.inference.lesions import lesion_summary, list_lesions
from hyoid.inference.postprocess import postprocess
from hyoid.inference.recipe_networks import RecipeNetworks
from hyoid.inference.segment import foreground_probabilities
from hyoid.recipe import Recipe
from hyoid.recipe.postprocess import Postprocess

Maps = Sequence[tuple[NDArray[np.float16], WayBack]]
"""Of each recipe its class probabilities (classes, z, y, x), background left out, on its frame, and the way back."""


def predict_mixed(case_id: str, members: Sequence[RecipeNetworks], images: Mapping[str, Volume]) -> Prediction:
    """Segment a case by several recipes, each of the same weight however many networks it has.

    Each recipe's networks see the case in the recipe's own frame; their mean probabilities are interpolated linearly on
    the CT's grid and averaged over the recipes. Outside its frame a recipe says background, as it does alone.
    Post-processing is what all recipes have in common (`shared_postprocess`), on the CT's grid.

    Raises
    ------
    ImageError, GeometryError
        If the case cannot be brought onto a recipe's frame.
    """
    maps, described, notes, missing = [], [], list[str](), list[str]()
    framed: Framed | None = None
    last: Recipe | None = None
    for member in members:
        if framed is None or last is None or not _same_frame(last, member.recipe):
            framed, last = member.framed(images), member.recipe
        values = foreground_probabilities(member.recipe, member.networks, framed, member.compute)
        maps.append((values, framed.way_back))
        described.append(_described(member, framed))
        notes += framed.notes
        missing += [name for name, there in zip(framed.channels, framed.present, strict=True) if not there]
    first, native = members[0].recipe, maps[0][1].native
    parts = shared_postprocess([member.recipe for member in members])
    done = postprocess(
        parts, first.labels, most_probable(maps, native), native, partial(_suv_on, native, images, first)
    )
    labels = Volume(done.labels, native)
    info = {
        "id": case_id,
        "recipe": " + ".join(each["recipe"] for each in described),
        "recipes": described,
        "networks": sum(len(member.networks) for member in members),
        "missing_inputs": list(dict.fromkeys(missing)),
        "notes": list(dict.fromkeys([*notes, *done.notes])),
        "postprocess": done.parts,
        "lesions": lesion_summary(first.labels, labels),
        "components": list_lesions(first.labels, labels, RecipeMaps(maps), images.get("pet")),
    }
    return Prediction(case_id, labels, info)


def most_probable(maps: Maps, native: Grid) -> NDArray[np.uint8]:
    """Return the label (z, y, x) of greatest mean probability on the CT's grid; of equals the smallest.

    At no time do probabilities exist at full resolution for more than `SLAB_SLICES` slices.
    """
    labels = np.zeros(native.shape, np.uint8)
    for block in _slabs([way_back.grid for _, way_back in maps], native):
        total = sum(way_back.foreground(values, block) for values, way_back in maps) / np.float32(len(maps))
        background = 1.0 - total.sum(axis=0, keepdims=True)
        labels[block.slices] = np.concatenate([background, total]).argmax(axis=0)
    return labels


def shared_postprocess(recipes: Sequence[Recipe]) -> tuple[Postprocess, ...]:
    """Return the post-processing parts that every recipe has with the same settings, in the first one's order."""
    first, *others = (recipe.inference.postprocess for recipe in recipes)
    return tuple(part for part in first if all(part in other for other in others))


def _slabs(frames: Sequence[Grid], native: Grid) -> Iterator[Block]:
    """Yield blocks of few slices that together hold all of `native` that a frame meets."""
    met = [block for frame in frames if (block := block_meeting(native, frame, margin=1)) is not None]
    if not met:
        return
    x, y, first = (int(v) for v in np.min([block.start for block in met], axis=0))
    x_end, y_end, end = (int(v) for v in np.max([np.add(block.start, block.size) for block in met], axis=0))
    for z in range(first, end, SLAB_SLICES):
        yield Block((x, y, z), (x_end - x, y_end - y, min(SLAB_SLICES, end - z)))


def _same_frame(one: Recipe, other: Recipe) -> bool:
    return one.preprocess == other.preprocess and one.inputs.images == other.inputs.images


def _described(member: RecipeNetworks, framed: Framed) -> dict[str, Any]:
    return {
        "recipe": member.recipe.title,
        "recipe_hash": member.recipe.hash,
        "preset": member.recipe.preset,
        "networks": len(member.networks),
        "frame": {"size": list(framed.grid.size), "spacing_mm": list(framed.grid.spacing)},
    }


def _suv_on(
    native: Grid, images: Mapping[str, Volume], recipe: Recipe, _told_apart_at: float
) -> NDArray[np.float32] | None:
    """Return the PET itself on the CT's grid: no intensity chain stands between."""
    if "pet" not in images:
        return None
    suv: NDArray[np.float32] = resample(images["pet"], native, recipe.imaging.interpolation["pet"], 0.0, 0.0).array
    return suv
