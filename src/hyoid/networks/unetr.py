"""The UNETR of the official baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from hyoid.networks.shape import Shape
from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

_PATCH = 16  # MONAI's, which its decoder of four doublings belongs to


class UNETR(Settings):
    """MONAI's UNETR (Hatamizadeh 2021): a vision transformer on patches of 16 cubed, convolutions on the way up.

    Its position embedding fits one shape of input only: the patch that the recipe trains on. Defaults are the official
    HECKTOR 2025 baseline's (`Task1/config/base_config.py`).

    Parameters
    ----------
    features
        Width of the finest convolutions.
    hidden, mlp, heads
        Width of the transformer's tokens and of its inner layers, and its attention heads.
    dropout
        Of the transformer.
    """

    name: Literal["unetr"] = "unetr"
    features: int = Field(16, ge=1)
    hidden: int = Field(768, ge=1)
    mlp: int = Field(3072, ge=1)
    heads: int = Field(12, ge=1)
    dropout: float = Field(0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> Self:
        if self.hidden % self.heads:
            raise ValueError(f"hidden must be a multiple of the {self.heads} heads, not {self.hidden}")
        return self

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this."""
        return _PATCH

    @property
    def min_size(self) -> int:
        """Smallest edge in voxels: two patches, so that the coarsest normalisation has a spread."""
        return 2 * _PATCH

    def narrower(self, factor: float) -> UNETR:
        """Return the same network with about `factor` times features and heads, each head as wide as before."""
        heads = max(1, round(self.heads * factor))
        hidden = self.hidden // self.heads * heads
        mlp = max(1, round(self.mlp * hidden / self.hidden))
        features = max(4, round(self.features * factor))
        return self.model_copy(update={"features": features, "heads": heads, "hidden": hidden, "mlp": mlp})

    def build(self, in_channels: int, out_channels: int, shape: Shape) -> nn.Module:
        """Return the module for images of this shape alone: (B, in, z, y, x) -> logits (B, out, z, y, x)."""
        from monai.networks import nets

        from hyoid.networks.initialise import kaiming

        network: nn.Module = nets.UNETR(
            in_channels=in_channels,
            out_channels=out_channels,
            img_size=shape,
            feature_size=self.features,
            hidden_size=self.hidden,
            mlp_dim=self.mlp,
            num_heads=self.heads,
            dropout_rate=self.dropout,
        )
        return kaiming(network)
