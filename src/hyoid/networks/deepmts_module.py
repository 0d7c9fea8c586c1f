"""The two networks of DeepMTS as one module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from hyoid.networks.deepmts_dense import DeepMTSDense
from hyoid.networks.keras import conv, unit
from hyoid.networks.pooled import pooled

if TYPE_CHECKING:
    from hyoid.networks.deepmts import DeepMTS

_DOWN = (2, 2, 3, 3, 4)  # convolutions of 3 cubed a level
_UP = (3, 3, 2, 2)


class DeepMTSModule(nn.Module):
    """Segmentation network, features of its levels, and the densely connected network on images and probability."""

    def __init__(self, settings: DeepMTS, in_channels: int, out_channels: int) -> None:
        super().__init__()
        widths = settings.filters
        self.down = nn.ModuleList(
            _Level(inputs, width, count)
            for inputs, width, count in zip((in_channels, *widths[:-1]), widths, _DOWN, strict=True)
        )
        mirrored = widths[::-1]
        self.up = nn.ModuleList(
            _Level(below + width, width, count)
            for below, width, count in zip(mirrored[:-1], mirrored[1:], _UP, strict=True)
        )
        self.last = conv(widths[0], out_channels, 1)
        self.features = nn.ModuleList(unit(width, max(1, width // 2), 1) for width in widths)
        self.dense = DeepMTSDense(settings, in_channels + out_channels - 1)
        self.pool = nn.MaxPool3d(2)
        self.rise = nn.Upsample(scale_factor=2)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (B, out, z, y, x)."""
        return self._decoded(self._encoded(images))

    def vectors(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return `segmentation`, `image` and `last`, (B, n) each; the probability that they need is computed too."""
        return self.both(images)[1]

    def both(self, images: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Return logits and vectors of one pass."""
        levels = self._encoded(images)
        logits = self._decoded(levels)
        lesions = logits.softmax(dim=1)[:, 1:].to(images.dtype)
        of_levels = [pooled(layer(level)) for layer, level in zip(self.features, levels, strict=True)]
        blocks = self.dense(torch.cat([images, lesions], dim=1))
        return logits, {"segmentation": torch.cat(of_levels, dim=1), **blocks}

    def _encoded(self, images: torch.Tensor) -> list[torch.Tensor]:
        levels = [self.down[0](images)]
        for level in list(self.down)[1:]:
            levels.append(level(self.pool(levels[-1])))
        return levels

    def _decoded(self, levels: list[torch.Tensor]) -> torch.Tensor:
        values = levels[-1]
        for level, skip in zip(self.up, reversed(levels[:-1]), strict=True):
            values = level(torch.cat([self.rise(values), skip], dim=1))
        logits: torch.Tensor = self.last(values)
        return logits


class _Level(nn.Module):
    """Convolutions of 3 cubed, each with its input added: the first one's goes through a convolution of 1 cubed."""

    def __init__(self, inputs: int, width: int, count: int) -> None:
        super().__init__()
        self.short = unit(inputs, width, 1)
        self.units = nn.ModuleList(unit(inputs if k == 0 else width, width, 3) for k in range(count))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        first, *others = self.units
        result: torch.Tensor = first(values) + self.short(values)
        for one in others:
            result = one(result) + result
        return result
