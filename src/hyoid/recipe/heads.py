"""The heads of a network: what each answers, reads, and is trained by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from hyoid.losses import ClassificationLoss, SegmentationLoss, SurvivalLoss
from hyoid.losses.classification import CrossEntropy
from hyoid.losses.dice_ce import DiceCE
from hyoid.losses.survival import Cox
from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

CLASSES = 2
"""Outputs of a classification head: one logit for each of negative and positive."""

FUSED = "fused"
"""What a head reads that names no vector of the backbone: all that is joined and fused."""


class SegmentationHead(Settings):
    """The head that labels voxels. Cases without a mask are left out of its loss."""

    name: Literal["segmentation"] = "segmentation"
    loss: SegmentationLoss = DiceCE()
    weight: float = Field(1.0, ge=0)


class _PatientHead(Settings):
    """What heads on whole patients share.

    Beside a backbone a head `reads` the fused vector or a vector of the backbone by its name; `detached`, its gradient
    ends there and does not reach the backbone.
    """

    reads: str = FUSED
    detached: bool = False
    weight: float = Field(1.0, ge=0)


class ClassificationHead(_PatientHead):
    """One linear layer to two logits, HPV-negative and HPV-positive. Cases of unknown status add no loss."""

    name: Literal["hpv"] = "hpv"
    loss: ClassificationLoss = CrossEntropy()

    def build(self, features: int) -> nn.Module:
        """Return the module: (B, features) -> logits (B, 2)."""
        from torch import nn

        return nn.Linear(features, CLASSES)


class RiskHead(_PatientHead):
    """Hidden layers with ReLU and dropout, then one output: the risk, higher is worse.

    Cases of unknown outcome add no loss. Its losses compare the patients of a batch with each other. `input_dropout` is
    the share of what it reads that is dropped, `squared_weights` the strength of the penalty on the last layer's.
    """

    name: Literal["rfs"] = "rfs"
    hidden: tuple[int, ...] = ()
    dropout: float = Field(0.0, ge=0, lt=1)
    input_dropout: float = Field(0.0, ge=0, lt=1)
    squared_weights: float = Field(0.0, ge=0)
    loss: SurvivalLoss = Cox()

    def build(self, features: int) -> nn.Module:
        """Return the module: (B, features) -> `RiskOutput`."""
        from hyoid.networks.risk import RiskReader

        return RiskReader(features, self.hidden, self.dropout, self.input_dropout, self.squared_weights)


PatientHead = ClassificationHead | RiskHead
"""Any head on whole patients."""

Head = Annotated[SegmentationHead | ClassificationHead | RiskHead, Field(discriminator="name")]
"""Any head."""
