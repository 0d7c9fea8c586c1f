"""Loss parts: settings that are called with outputs, targets and a mask of known labels."""

from typing import Annotated

from pydantic import Field

from hyoid.losses.classification import CrossEntropy, ExpectedCost, Focal
from hyoid.losses.dice_ce import DiceCE
from hyoid.losses.survival import SurvivalLoss

SegmentationLoss = DiceCE
"""Any loss of a segmentation head."""

ClassificationLoss = Annotated[CrossEntropy | Focal | ExpectedCost, Field(discriminator="name")]
"""Any loss of a head that tells two classes apart."""

__all__ = [
    "ClassificationLoss",
    "CrossEntropy",
    "DiceCE",
    "ExpectedCost",
    "Focal",
    "SegmentationLoss",
    "SurvivalLoss",
]
