"""Soft Dice plus focal loss, the segmentation loss of the SIMS-LIFE team."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hyoid.losses.precision import in_single
from hyoid.settings import Settings

if TYPE_CHECKING:
    import torch

_SMOOTH = 1e-5


class DiceFocal(Settings):
    """Mean soft Dice loss of the lesion classes plus the voxels' mean focal loss.

    With p the softmax and g the one-hot truth, the Dice loss of a sample and class is
    1 - (2 sum(p g) + s) / (sum(p^2) + sum(g^2) + s), s = 1e-5 (SIMS-LIFE, HECKTOR 2025, eq. 3); without `squared`,
    as in that team's code, the denominator is sum(p) + sum(g). The focal loss of a voxel whose true class has
    probability p is -w (1 - p)^gamma log p, with w = `alpha` for lesions and 1 - `alpha` for background (Lin 2017).

    Parameters
    ----------
    skip_empty
        Leave samples without any lesion out of both, as the code does; otherwise they teach to find none.
    """

    name: Literal["dice_focal"] = "dice_focal"
    squared: bool = True
    alpha: float = Field(0.25, gt=0, lt=1)
    gamma: float = Field(2.0, ge=0, allow_inf_nan=False)
    skip_empty: bool = False
    dice_weight: float = Field(1.0, ge=0)
    focal_weight: float = Field(1.0, ge=0)

    def __call__(self, logits: torch.Tensor, labels: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Return the scalar loss, a mean over the samples whose mask is known; zero, with a gradient path, if none is.

        A sample that `skip_empty` leaves out adds zero and is counted in the mean.

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
        each = self.dice_weight * self._dice(logits.softmax(dim=1), labels) + self.focal_weight * self._focal(
            functional.log_softmax(logits, dim=1), labels
        )
        if self.skip_empty:
            each = torch.where((labels > 0).flatten(1).any(dim=1), each, torch.zeros_like(each))
        return each.mean()

    def _dice(self, probability: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the loss of each sample (B,)."""
        import torch
        from torch.nn import functional

        truth = functional.one_hot(labels, probability.shape[1]).movedim(-1, 1).to(probability.dtype)
        mine, true, axes = probability[:, 1:], truth[:, 1:], (2, 3, 4)
        extent = mine.square() if self.squared else mine
        overlap = torch.sum(mine * true, dim=axes)
        whole = torch.sum(extent, dim=axes) + torch.sum(true, dim=axes)
        return (1.0 - (2.0 * overlap + _SMOOTH) / (whole + _SMOOTH)).mean(dim=1)

    def _focal(self, log_probability: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Return the loss of each sample (B,)."""
        import torch

        right = log_probability.gather(1, labels[:, None])[:, 0]
        weight = torch.where(labels > 0, self.alpha, 1.0 - self.alpha)
        missing = (-torch.expm1(right)).clamp_min(torch.finfo(right.dtype).tiny)  # at 0 a power below 1 has no gradient
        voxels: torch.Tensor = -weight * missing.pow(self.gamma) * right
        return voxels.flatten(1).mean(dim=1)
