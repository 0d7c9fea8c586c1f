"""The SegResNet of the official baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from hyoid.networks.shape import Shape
from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

_GROUPS = 8  # MONAI's default group normalisation; filters must be a multiple


class SegResNet(Settings):
    """MONAI's SegResNet (Myronenko 2018, without the variational branch), group normalisation and ReLU.

    Defaults are the official HECKTOR 2025 baseline's (`Task1/config/base_config.py`).
    """

    name: Literal["segresnet"] = "segresnet"
    filters: int = Field(16, ge=_GROUPS)
    blocks_down: tuple[int, ...] = (1, 2, 2, 4)
    blocks_up: tuple[int, ...] = (1, 1, 1)
    dropout: float = Field(0.2, ge=0, lt=1)

    @model_validator(mode="after")
    def _blocks_match(self) -> Self:
        if len(self.blocks_up) != len(self.blocks_down) - 1:
            raise ValueError(f"{len(self.blocks_down)} levels down need {len(self.blocks_down) - 1} up")
        if self.filters % _GROUPS:
            raise ValueError(f"filters must be a multiple of {_GROUPS} for group normalisation, not {self.filters}")
        return self

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this."""
        return int(2 ** (len(self.blocks_down) - 1))

    @property
    def min_size(self) -> int:
        """Smallest edge in voxels."""
        return self.divisor

    def narrower(self, factor: float) -> SegResNet:
        """Return the same network with about `factor` times the filters, a multiple of eight."""
        filters = max(_GROUPS, round(self.filters * factor / _GROUPS) * _GROUPS)
        return self.model_copy(update={"filters": filters})

    def build(self, in_channels: int, out_channels: int, shape: Shape) -> nn.Module:  # noqa: ARG002 - one signature
        """Return the module: (B, in, z, y, x) -> logits (B, out, z, y, x), with Kaiming initialisation."""
        from monai.networks.nets import SegResNet as MonaiSegResNet

        from hyoid.networks.initialise import kaiming

        network: nn.Module = MonaiSegResNet(
            spatial_dims=3,
            init_filters=self.filters,
            in_channels=in_channels,
            out_channels=out_channels,
            dropout_prob=self.dropout or None,
            blocks_down=self.blocks_down,
            blocks_up=self.blocks_up,
        )
        return kaiming(network)
