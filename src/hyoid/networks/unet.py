"""The residual U-Net of the official baseline."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from hyoid.networks.shape import Shape
from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn


class UNet(Settings):
    """MONAI's U-Net with residual units (instance normalisation, PReLU).

    Defaults are the official HECKTOR 2025 baseline's (`Task1/config/base_config.py`), which its README
    gives differently (32 to 512 filters).
    """

    name: Literal["unet"] = "unet"
    channels: tuple[int, ...] = (16, 32, 64, 128, 256)
    strides: tuple[int, ...] = (2, 2, 2, 2)
    residual_units: int = Field(2, ge=0)
    dropout: float = Field(0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _one_stride_between_levels(self) -> Self:
        if len(self.strides) != len(self.channels) - 1:
            raise ValueError(f"{len(self.channels)} levels need {len(self.channels) - 1} strides, not {self.strides}")
        return self

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this."""
        return math.prod(self.strides)

    @property
    def min_size(self) -> int:
        """Smallest edge in voxels: two at the lowest level, so that instance normalisation has a spread."""
        return 2 * self.divisor

    def narrower(self, factor: float) -> UNet:
        """Return the same network with `factor` times the filters, four at the least."""
        return self.model_copy(update={"channels": tuple(max(4, round(c * factor)) for c in self.channels)})

    def build(self, in_channels: int, out_channels: int, shape: Shape) -> nn.Module:  # noqa: ARG002 - one signature
        """Return the module: (B, in, z, y, x) -> logits (B, out, z, y, x), with Kaiming initialisation."""
        from monai.networks.nets import UNet as MonaiUNet

        from hyoid.networks.initialise import channels_last, kaiming

        network: nn.Module = MonaiUNet(
            spatial_dims=3,
            in_channels=in_channels,
            out_channels=out_channels,
            channels=self.channels,
            strides=self.strides,
            num_res_units=self.residual_units,
            dropout=self.dropout,
        )
        # Channels-last weights make every convolution of this network so: a quarter less time a step on a CPU.
        return channels_last(kaiming(network))
