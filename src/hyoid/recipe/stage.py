"""A stage of a recipe: something that is fitted on a fold's training part and applied to cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from hyoid.geometry import Triple
from hyoid.losses import SegmentationLoss
from hyoid.losses.dice_ce import DiceCE
from hyoid.networks import Backbone
from hyoid.recipe.training import Training
from hyoid.settings import Settings

if TYPE_CHECKING:
    from hyoid.networks.multihead import MultiHeadNetwork


class SegmentationHead(Settings):
    """The head that labels voxels. Cases without a mask are left out of its loss."""

    name: Literal["segmentation"] = "segmentation"
    loss: SegmentationLoss = DiceCE()
    weight: float = Field(1.0, ge=0)


class Network(Settings):
    """A network made of parts: a backbone and its heads by name."""

    backbone: Backbone
    heads: dict[str, SegmentationHead] = {"segmentation": SegmentationHead()}

    @model_validator(mode="after")
    def _one_segmentation_head(self) -> Self:
        if len(self.heads) != 1:
            raise ValueError(f"a backbone gives one voxel output, so one segmentation head; found {list(self.heads)}")
        return self

    def build(self, images: int, classes: int, flags: bool = False) -> MultiHeadNetwork:
        """Return the module for `images` channels and a label map of `classes` (background included).

        With `flags` the network also sees which of the images are there (see `MultiHeadNetwork`).
        """
        from hyoid.networks.multihead import MultiHeadNetwork

        (head,) = self.heads
        return MultiHeadNetwork(self.backbone.build(2 * images if flags else images, classes), head, flags)


class NetworkStage(Settings):
    """A stage that trains a network by gradient."""

    kind: Literal["network"] = "network"
    network: Network
    training: Training = Training()

    def patch_voxels(self, spacing_mm: Triple) -> tuple[int, int, int]:
        """Return the patch (z, y, x) in voxels: `patch_mm` (x, y, z) rounded to what the network can halve."""
        divisor, least = self.network.backbone.divisor, self.network.backbone.min_size
        edges = [
            max(least, divisor * max(1, round(length / spacing / divisor)))
            for length, spacing in zip(self.training.patch_mm, spacing_mm, strict=True)
        ]
        return edges[2], edges[1], edges[0]


Stage = NetworkStage
"""Any stage of a recipe."""
