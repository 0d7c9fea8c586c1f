"""Loss parts: settings that are called with outputs, targets and a mask of known labels."""

from typing import Annotated

from pydantic import Field

from hyoid.losses.classification import CrossEntropy, ExpectedCost, Focal
from hyoid.losses.dice_ce import DiceCE
from hyoid.losses.dice_focal import DiceFocal
from hyoid.losses.survival import SurvivalLoss

SegmentationLoss = Annotated[DiceCE | DiceFocal, Field(discriminator="name")]
"""Any loss of a segmentation head."""

ClassificationLoss = Annotated[CrossEntropy | Focal | ExpectedCost, Field(discriminator="name")]
"""Any loss of a head that tells two classes apart."""

__all__ = [
    "ClassificationLoss",
    "CrossEntropy",
    "DiceCE",
    "DiceFocal",
    "ExpectedCost",
    "Focal",
    "SegmentationLoss",
    "SurvivalLoss",
]
