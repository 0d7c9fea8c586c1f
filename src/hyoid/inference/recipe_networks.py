"""The segmentation networks of one recipe in memory, with what prepares a case for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from torch import nn

from hyoid.bundle import Bundle
from hyoid.cohort.images import with_ct
from hyoid.geometry import Volume
from hyoid.imaging import Framed
from hyoid.inference.segment import Compute
from hyoid.networks.runtime import resolve_precision
from hyoid.recipe import Recipe


@dataclass(frozen=True, slots=True)
class RecipeNetworks:
    """Networks of bundles that share inputs, preprocessing, labels and window: one window serves all of them."""

    recipe: Recipe
    networks: tuple[nn.Module, ...]
    compute: Compute

    @classmethod
    def load(cls, bundles: Sequence[Bundle], device: str) -> Self:
        """Load the networks of bundles that `share_window`."""
        recipe = bundles[0].recipe
        precision = resolve_precision(recipe.network_stage.training.precision, device)
        networks = tuple(network for bundle in bundles for network in bundle.networks(device))
        return cls(recipe, networks, Compute(device, precision == "bf16-mixed"))

    @property
    def wanted(self) -> tuple[str, ...]:
        """Names of the images that are read: the recipe's, and the CT, on whose grid label maps lie."""
        return with_ct(self.recipe.inputs.images)

    def framed(self, images: Mapping[str, Volume]) -> Framed:
        """Return a case as these networks see it; of the images given only those `wanted` are looked at."""
        own = {name: images[name] for name in self.wanted if name in images}
        return self.recipe.imaging.apply(own, self.recipe.inputs.images)


def share_window(first: Recipe, other: Recipe) -> bool:
    """Whether the probabilities of two recipes can be averaged window by window, and are corrected alike after."""
    return all(mine == others for mine, others in zip(_shared(first), _shared(other), strict=True))


def _shared(recipe: Recipe) -> tuple[Any, ...]:
    return (
        recipe.inputs,
        recipe.preprocess,
        recipe.labels,
        recipe.window,
        recipe.patch_voxels,
        recipe.segmentation_head,
        recipe.inference.postprocess,
    )
