"""The densely connected network of DeepMTS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from hyoid.networks.keras import conv, normalised
from hyoid.networks.pooled import pooled

if TYPE_CHECKING:
    from hyoid.networks.deepmts import DeepMTS


class DeepMTSDense(nn.Module):
    """Stem, three dense blocks, and the mean over the voxels after each: (B, C, z, y, x) -> `image` and `last` (B, n).

    The stem neither pads nor keeps what a stride leaves over: of 128 voxels 63 and then 31 are left, of which the pools
    between the blocks keep 15 and 7.
    """

    def __init__(self, settings: DeepMTS, in_channels: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            conv(in_channels, settings.stem, 3, stride=2, same=False),
            nn.Dropout(settings.dropout),
            nn.MaxPool3d(3, stride=2),
        )
        width, blocks = settings.stem, []
        for layers, after in zip(settings.dense_layers, settings.transitions, strict=True):
            blocks.append(_Block(width, layers, after, settings))
            width = after
        self.blocks = nn.ModuleList(blocks)
        self.outputs = nn.ModuleList(nn.Sequential(normalised(w), nn.ReLU()) for w in settings.transitions)
        self.pool = nn.AvgPool3d(2)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, values: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return all three blocks' features as `image`, and the last block's, after dropout, as `last`."""
        values, found = self.stem(values), []
        for number, (block, output) in enumerate(zip(self.blocks, self.outputs, strict=True)):
            values = block(self.pool(values) if number else values)
            found.append(output(values))
        return {
            "image": torch.cat([pooled(one) for one in found], dim=1),
            "last": pooled(self.dropout(found[-1])),
        }


class _Block(nn.Module):
    """Layers that each read all before them, and a convolution of 1 cubed after the last."""

    def __init__(self, inputs: int, layers: int, after: int, settings: DeepMTS) -> None:
        super().__init__()
        growth = settings.growth
        self.layers = nn.ModuleList(
            nn.Sequential(
                normalised(inputs + k * growth),
                nn.ReLU(),
                conv(inputs + k * growth, settings.inner, 1),
                nn.Dropout(settings.dropout),
                normalised(settings.inner),
                nn.ReLU(),
                conv(settings.inner, growth, 3),
                nn.Dropout(settings.dropout),
            )
            for k in range(layers)
        )
        width = inputs + layers * growth
        self.after = nn.Sequential(normalised(width), nn.ReLU(), conv(width, after, 1))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            values = torch.cat([values, layer(values)], dim=1)
        result: torch.Tensor = self.after(values)
        return result
