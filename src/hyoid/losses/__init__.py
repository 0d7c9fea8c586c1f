"""Loss parts: settings that are called with outputs, targets and a mask of known labels."""

from hyoid.losses.dice_ce import DiceCE

SegmentationLoss = DiceCE
"""Any loss of a segmentation head."""

__all__ = ["DiceCE", "SegmentationLoss"]
