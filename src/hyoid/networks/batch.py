"""What a network is given: one value for every network of every recipe."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(slots=True)
class Batch:
    """Inputs of a network for B samples.

    Parameters
    ----------
    images
        (B, C, z, y, x), one channel per modality in the recipe's order; None where the network reads none.
    present
        (B, C) of 0 and 1: whether the modality was there; an absent one is filled with its outside value.
    clinical
        (B, n) encoded clinical vector, or None where the recipe uses none.
    """

    images: torch.Tensor | None
    present: torch.Tensor
    clinical: torch.Tensor | None = None


@dataclass(slots=True)
class RiskOutput:
    """Output of a survival head: `risk` (B,), higher is worse, and the `features` (B, n) that it was read from.

    Contrastive losses compare features, and estimators are fitted on them.
    """

    risk: torch.Tensor
    features: torch.Tensor


@dataclass(slots=True)
class Target:
    """What a head is trained on: `values` (B, ...) and `known` (B,), False where the label is missing.

    Values are voxel labels (B, z, y, x), classes (B,), or survival (B, 2): days, and 1 for the event or 0 for censored.
    """

    values: torch.Tensor
    known: torch.Tensor
