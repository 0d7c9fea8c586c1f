"""From a framed case to a label map on the frame's grid: the same code in selection, out of fold, and for new cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from hyoid.imaging import Framed
from hyoid.inference.certainty import MOST_BYTES, Gathered
from hyoid.inference.sliding import Slab, Sliding, probability_slabs
from hyoid.recipe import Recipe

NO_SPREAD = "The spread over the networks was left out: the frame has too many voxels to keep each one's answer."
NO_PROBABILITIES = "The lesions' probabilities were left out: too many voxels are labelled."


@dataclass(frozen=True, slots=True)
class Compute:
    """Where networks run: 'cpu' or 'cuda', and whether in bfloat16."""

    device: str = "cpu"
    bf16: bool = False


@dataclass(frozen=True, slots=True)
class Segmented:
    """A label map (z, y, x) before post-processing, what its networks said of the labelled voxels, and notes."""

    labels: NDArray[np.uint8]
    gathered: Gathered | None
    notes: tuple[str, ...]


def sliding_of(recipe: Recipe, compute: Compute) -> Sliding:
    """Return the sliding window that the recipe asks for, as large as its training patch."""
    window = recipe.window
    return Sliding(
        window=recipe.patch_voxels,
        overlap=window.overlap,
        sigma=window.sigma,
        device=compute.device,
        bf16=compute.bf16,
        windows_per_batch=1 if compute.device == "cpu" else 4,
        flips=window.flips,
    )


def segment_frame(recipe: Recipe, networks: Sequence[nn.Module], framed: Framed, compute: Compute) -> NDArray[np.uint8]:
    """Return the most probable label (z, y, x) of each voxel; arg-max slab by slab, before post-processing."""
    labels = np.zeros(framed.grid.shape, np.uint8)
    for slab in _slabs(recipe, networks, framed, compute):
        _labelled(labels, slab)
    return labels


def segment_and_gather(recipe: Recipe, networks: Sequence[nn.Module], framed: Framed, compute: Compute) -> Segmented:
    """Do as `segment_frame`, and keep the networks' probabilities of the labelled voxels.

    Each network's own are kept where there are two or more; all run once. What would take more than `MOST_BYTES` is
    left out, and a note says so.
    """
    labels, notes = np.zeros(framed.grid.shape, np.uint8), list[str]()
    several = len(networks) > 1
    band = np.maximum(framed.grid.shape, recipe.patch_voxels)
    if (
        several
        and 4 * len(networks) * (recipe.classes - 1) * recipe.patch_voxels[0] * int(band[1] * band[2]) > MOST_BYTES
    ):
        several = False
        notes.append(NO_SPREAD)
    gathered: Gathered | None = Gathered(framed.grid)
    for slab in _slabs(recipe, networks, framed, compute, members=several):
        found = _labelled(labels, slab) > 0
        if gathered is not None and found.any():
            members = slab.members if several else torch.from_numpy(slab.probabilities[None, 1:])
            gathered.add(slab.start, found, members)
            if gathered.too_large:
                gathered = None
                notes.append(NO_PROBABILITIES)
    return Segmented(labels, gathered, tuple(notes))


def foreground_probabilities(
    recipe: Recipe, networks: Sequence[nn.Module], framed: Framed, compute: Compute
) -> NDArray[np.float16]:
    """Return the networks' mean class probabilities (classes, z, y, x) on the frame's grid, background left out.

    Half precision is good to 0.0005, and takes half of the memory.
    """
    values = np.zeros((recipe.classes - 1, *framed.grid.shape), np.float16)
    for slab in _slabs(recipe, networks, framed, compute):
        values[:, slab.start : slab.start + slab.probabilities.shape[1]] = slab.probabilities[1:]
    return values


def _slabs(
    recipe: Recipe, networks: Sequence[nn.Module], framed: Framed, compute: Compute, *, members: bool = False
) -> Iterator[Slab]:
    return probability_slabs(
        framed.images,
        np.asarray(framed.present),
        networks,
        recipe.segmentation_head,
        recipe.classes,
        sliding_of(recipe, compute),
        framed.body if recipe.window.skip_air else None,
        members=members,
    )


def _labelled(labels: NDArray[np.uint8], slab: Slab) -> NDArray[np.uint8]:
    """Write the slab's most probable labels into the map, and return them."""
    at = labels[slab.start : slab.start + slab.probabilities.shape[1]]
    at[:] = slab.probabilities.argmax(axis=0)
    return at
