"""A DynUNet whose lowest level can be read by heads on whole patients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from hyoid.networks.pooled import pooled

if TYPE_CHECKING:
    from monai.networks.nets import DynUNet


class DynUNetModule(nn.Module):
    """MONAI's blocks of a DynUNet, each held once.

    MONAI's own module holds each block under two names, so that its weights would be saved twice, and cannot say what
    its lowest level gave.
    """

    def __init__(self, network: DynUNet) -> None:
        super().__init__()
        self.down = nn.ModuleList([network.input_block, *network.downsamples, network.bottleneck])
        self.up = network.upsamples
        self.last = network.output_block

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (B, out, z, y, x)."""
        return self._decoded(self._encoded(images))

    def vectors(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return `bottleneck` (B, n), the lowest level averaged over its voxels; the way up is not computed."""
        return {"bottleneck": pooled(self._encoded(images)[-1])}

    def both(self, images: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Return logits and vectors of one pass."""
        levels = self._encoded(images)
        return self._decoded(levels), {"bottleneck": pooled(levels[-1])}

    def _encoded(self, images: torch.Tensor) -> list[torch.Tensor]:
        levels = [images]
        for block in self.down:
            levels.append(block(levels[-1]))
        return levels[1:]

    def _decoded(self, levels: list[torch.Tensor]) -> torch.Tensor:
        values = levels[-1]
        for block, skip in zip(self.up, reversed(levels[:-1]), strict=True):
            values = block(values, skip)
        logits: torch.Tensor = self.last(values)
        return logits
