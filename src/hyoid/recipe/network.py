"""A network made of parts, and the heads that it serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from hyoid.losses import ClassificationLoss, SegmentationLoss, SurvivalLoss
from hyoid.losses.classification import CrossEntropy
from hyoid.losses.dice_ce import DiceCE
from hyoid.losses.survival import Cox
from hyoid.networks import Backbone, ClinicalBranch, Fusion, ImageEncoder
from hyoid.networks.shape import Shape
from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

CLASSES = 2
"""Outputs of a classification head: one logit for each of negative and positive."""


class SegmentationHead(Settings):
    """The head that labels voxels. Cases without a mask are left out of its loss."""

    name: Literal["segmentation"] = "segmentation"
    loss: SegmentationLoss = DiceCE()
    weight: float = Field(1.0, ge=0)


class ClassificationHead(Settings):
    """One linear layer to two logits, HPV-negative and HPV-positive. Cases of unknown status add no loss."""

    name: Literal["hpv"] = "hpv"
    loss: ClassificationLoss = CrossEntropy()
    weight: float = Field(1.0, ge=0)

    def build(self, features: int) -> nn.Module:
        """Return the module: (B, features) -> logits (B, 2)."""
        from torch import nn

        return nn.Linear(features, CLASSES)


class RiskHead(Settings):
    """Hidden layers with ReLU and dropout, then one output: the risk, higher is worse.

    Cases of unknown outcome add no loss. Its losses compare the patients of a batch with each other.
    """

    name: Literal["rfs"] = "rfs"
    hidden: tuple[int, ...] = ()
    dropout: float = Field(0.0, ge=0, lt=1)
    loss: SurvivalLoss = Cox()
    weight: float = Field(1.0, ge=0)

    def build(self, features: int) -> nn.Module:
        """Return the module: (B, features) -> `RiskOutput`."""
        from hyoid.networks.risk import RiskReader

        return RiskReader(features, self.hidden, self.dropout)


Head = Annotated[SegmentationHead | ClassificationHead | RiskHead, Field(discriminator="name")]


class Network(Settings):
    """Parts: either a `backbone` with a segmentation head, or image `encoder` and `clinical` branch joined by `fusion`.

    An encoder alone, a clinical branch alone, and both are the same network with a part left out.
    """

    backbone: Backbone | None = None
    encoder: ImageEncoder | None = None
    clinical: ClinicalBranch | None = None
    fusion: Fusion = Fusion()
    heads: dict[str, Head]

    @model_validator(mode="after")
    def _parts_serve_heads(self) -> Self:
        kinds = [head.name for head in self.heads.values()]
        if self.backbone is not None:
            if self.encoder is not None or self.clinical is not None:
                raise ValueError("a backbone stands alone; an encoder and a clinical branch make another network")
            if kinds != ["segmentation"]:
                raise ValueError(f"a backbone gives one voxel output, so one segmentation head; found {kinds}")
        elif self.encoder is None and self.clinical is None:
            raise ValueError("a network needs a backbone, an encoder or a clinical branch")
        elif len(kinds) != 1 or "segmentation" in kinds:
            raise ValueError(f"encoder and clinical branch serve one head, hpv or rfs; found {kinds}")
        return self

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this."""
        part = self.backbone or self.encoder
        return 1 if part is None else part.divisor

    @property
    def min_size(self) -> int:
        """Smallest edge of the input in voxels."""
        part = self.backbone or self.encoder
        return 1 if part is None else part.min_size

    def narrower(self, factor: float) -> Network:
        """Return the network with about `factor` times the filters of its image part; the clinical branch is kept."""
        return self.model_copy(
            update={
                "backbone": None if self.backbone is None else self.backbone.narrower(factor),
                "encoder": None if self.encoder is None else self.encoder.narrower(factor),
            }
        )

    def build_backbone(self, images: int, classes: int, shape: Shape, flags: bool) -> nn.Module:
        """Return the segmentation network for `images` channels and a label map of `classes`, background included.

        `shape` is that of a patch. With `flags` it also sees which of the images are there (see `MultiHeadNetwork`).
        """
        from hyoid.networks.multihead import MultiHeadNetwork

        if self.backbone is None:
            raise TypeError("this network has no backbone")
        (head,) = self.heads
        return MultiHeadNetwork(self.backbone.build(2 * images if flags else images, classes, shape), head, flags)

    def build_fusion(self, images: int, shape: Shape | None, columns: int, flags: bool) -> nn.Module:
        """Return the network of branches for `images` channels of `shape` (z, y, x) and an encoded vector of `columns`.

        With `flags` the presence flags join the fused vector (see `FusionNetwork`).
        """
        from hyoid.networks.fusion import FusionNetwork

        encoder = None if self.encoder is None or shape is None else self.encoder.build(images, shape)
        clinical = None if self.clinical is None else self.clinical.build(columns)
        width = images if flags else 0
        width += 0 if self.encoder is None else self.encoder.features
        width += 0 if self.clinical is None else self.clinical.features
        fused = self.fusion.features(width)
        heads = {name: head.build(fused) for name, head in self.heads.items() if head.name != "segmentation"}
        return FusionNetwork(encoder, clinical, self.fusion.build(width), heads, flags)
