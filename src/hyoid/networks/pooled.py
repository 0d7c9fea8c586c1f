"""From voxels to a vector."""

from __future__ import annotations

import torch


def pooled(values: torch.Tensor) -> torch.Tensor:
    """Return the mean over the voxels: (B, C, z, y, x) -> (B, C)."""
    return values.mean(dim=(2, 3, 4))
