"""From a framed case to a label map on the frame's grid: the same code in selection, out of fold, and for new cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from hyoid.geometry import Grid
from hyoid.imaging import remove_small_components
from hyoid.inference.sliding import Sliding, probability_slabs
from hyoid.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Compute:
    """Where networks run: 'cpu' or 'cuda', and whether in bfloat16."""

    device: str = "cpu"
    bf16: bool = False


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
    )


def segment_frame(
    recipe: Recipe,
    networks: Sequence[nn.Module],
    images: NDArray[np.float32],
    present: NDArray[np.bool_],
    body: NDArray[np.bool_] | None,
    compute: Compute,
) -> NDArray[np.uint8]:
    """Return the most probable label (z, y, x) of each voxel; arg-max slab by slab, before post-processing.

    `images` (C, z, y, x) on the frame's grid, `present` (C,), `body` (z, y, x) or None to visit every window.
    """
    (head,) = recipe.network_stage.network.heads
    labels = np.zeros(images.shape[1:], np.uint8)
    inside = body if recipe.window.skip_air else None
    slabs = probability_slabs(images, present, networks, head, recipe.classes, sliding_of(recipe, compute), inside)
    for slab in slabs:
        end = slab.start + slab.probabilities.shape[1]
        labels[slab.start : end] = slab.probabilities.argmax(axis=0)
    return labels


def postprocess(recipe: Recipe, labels: NDArray[np.uint8], grid: Grid) -> NDArray[np.uint8]:
    """Apply the recipe's post-processing parts in order, on the frame's grid."""
    for part in recipe.inference.postprocess:
        labels = remove_small_components(labels, grid.voxel_volume_mm3, part.minimum_ml)
    return labels
