"""The SwinUNETR of the official baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from hyoid.networks.shape import Shape
from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

_LEVELS = 4
_STEP = 12  # MONAI asks for features in multiples of twelve


class SwinUNETR(Settings):
    """MONAI's SwinUNETR (Hatamizadeh 2022): windowed attention on the way down, convolutions on the way up.

    Defaults are the official HECKTOR 2025 baseline's (`Task1/config/base_config.py`).

    Parameters
    ----------
    features
        Width after the first embedding; it doubles at each of the four levels.
    depths, heads
        Transformer layers and attention heads of each level.
    dropout
        Of the linear layers.
    checkpointing
        Compute the inside of each block once more in the backward pass instead of keeping it: less memory, more time,
        the same gradients.
    """

    name: Literal["swinunetr"] = "swinunetr"
    features: int = Field(48, ge=_STEP, multiple_of=_STEP)
    depths: tuple[int, int, int, int] = (2, 2, 2, 2)
    heads: tuple[int, int, int, int] = (3, 6, 12, 24)
    dropout: float = Field(0.0, ge=0, lt=1)
    checkpointing: bool = False

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> Self:
        for level, count in enumerate(self.heads):
            if (self.features * 2**level) % count:
                raise ValueError(
                    f"{self.features * 2**level} features of level {level} are no multiple of {count} heads"
                )
        return self

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this."""
        return int(2 ** (_LEVELS + 1))

    @property
    def min_size(self) -> int:
        """Smallest edge in voxels: two at the lowest level, so that instance normalisation has a spread."""
        return 2 * self.divisor

    def narrower(self, factor: float) -> SwinUNETR:
        """Return the same network with about `factor` times the features; as many heads, each narrower."""
        features = max(_STEP, round(self.features * factor / _STEP) * _STEP)
        return self.model_copy(update={"features": features})

    def build(self, in_channels: int, out_channels: int, shape: Shape) -> nn.Module:  # noqa: ARG002 - one signature
        """Return the module: (B, in, z, y, x) -> logits (B, out, z, y, x), with Kaiming initialisation."""
        from monai.networks import nets

        from hyoid.networks.initialise import kaiming
        from hyoid.networks.recompute import recompute

        network: nn.Module = nets.SwinUNETR(
            in_channels=in_channels,
            out_channels=out_channels,
            feature_size=self.features,
            depths=self.depths,
            num_heads=self.heads,
            drop_rate=self.dropout,
            use_checkpoint=self.checkpointing,
        )
        if self.checkpointing:  # MONAI's own is of the transformer alone, and most lies in the convolutions beside it
            for name, block in network.named_children():
                if name.startswith(("encoder", "decoder")):
                    recompute(block)
        return kaiming(network)
