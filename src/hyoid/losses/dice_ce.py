"""Soft Dice plus cross-entropy, the segmentation loss of the official baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hyoid.losses.precision import in_single
from hyoid.settings import Settings

if TYPE_CHECKING:
    import torch

_SMOOTH = 1e-5  # MONAI's smoothing of numerator and denominator


class DiceCE(Settings):
    """Mean soft Dice loss over samples and classes plus voxel cross-entropy.

    With p the softmax and g the one-hot truth, the Dice loss of a sample and class is
    1 - (2 sum(p g) + s) / (sum(p) + sum(g) + s), s = 1e-5, as in MONAI's `DiceCELoss(softmax=True)`.
    """

    name: Literal["dice_ce"] = "dice_ce"
    include_background: bool = True
    dice_weight: float = Field(1.0, ge=0)
    ce_weight: float = Field(1.0, ge=0)

    def __call__(self, logits: torch.Tensor, labels: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Return the scalar loss over the samples whose mask is known; zero, with a gradient path, if none is.

        Parameters
        ----------
        logits
            (B, K, z, y, x).
        labels
            (B, z, y, x), integers in [0, K).
        known
            (B,) of bool: False where the sample has no mask.
        """
        import torch
        from torch.nn import functional

        if not bool(known.any()):
            return logits.sum() * 0.0
        logits, labels = in_single(logits[known]), labels[known].long()
        entropy = functional.cross_entropy(logits, labels)
        probability = logits.softmax(dim=1)
        truth = functional.one_hot(labels, logits.shape[1]).movedim(-1, 1).to(probability.dtype)
        first = 0 if self.include_background else 1
        axes = (2, 3, 4)
        overlap = torch.sum(probability * truth, dim=axes)[:, first:]
        total = (torch.sum(probability, dim=axes) + torch.sum(truth, dim=axes))[:, first:]
        dice = 1.0 - (2.0 * overlap + _SMOOTH) / (total + _SMOOTH)
        return self.dice_weight * dice.mean() + self.ce_weight * entropy
