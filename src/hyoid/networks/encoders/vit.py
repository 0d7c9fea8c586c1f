"""The vision transformer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn


class ViT(Settings):
    """MONAI's 3D vision transformer of base size (Dosovitskiy 2021), learnt positions and a class token.

    The output is that of the class token after the last layer normalisation, through MONAI's linear layer of
    `out_features` where that is given. MONAI would squash the layer's output with a hyperbolic tangent; here it stays
    linear, as with every other encoder, so that what is learnt from the features is not bounded by it. Each of
    MONAI's layers also has a normalisation for cross-attention, which is counted and saved and never used.
    """

    name: Literal["vit"] = "vit"
    patch: int = Field(16, ge=1)
    hidden: int = Field(768, ge=1)
    mlp: int = Field(3072, ge=1)
    layers: int = Field(12, ge=1)
    heads: int = Field(12, ge=1)
    dropout: float = Field(0.0, ge=0, lt=1)
    out_features: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> Self:
        if self.hidden % self.heads:
            raise ValueError(f"hidden must be a multiple of the {self.heads} heads, not {self.hidden}")
        return self

    @property
    def features(self) -> int:
        """Width of the output."""
        return self.hidden if self.out_features is None else self.out_features

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this, else the last patch would be lost."""
        return self.patch

    @property
    def min_size(self) -> int:
        """Smallest edge in voxels: one patch."""
        return self.patch

    def narrower(self, factor: float) -> Self:
        """Return the same network with about `factor` times the heads, each as wide as before; one at the least."""
        heads = max(1, round(self.heads * factor))
        hidden = self.hidden // self.heads * heads
        mlp = max(1, round(self.mlp * hidden / self.hidden))
        return self.model_copy(update={"heads": heads, "hidden": hidden, "mlp": mlp})

    def build(self, in_channels: int, shape: tuple[int, int, int]) -> nn.Module:
        """Return the module for images of this shape alone: (B, in, z, y, x) -> features (B, `features`)."""
        from monai.networks.nets.vit import ViT as MonaiViT
        from torch import nn

        from hyoid.networks.encoders.parts import FirstOutput

        network: nn.Module = MonaiViT(
            in_channels=in_channels,
            img_size=shape,
            patch_size=self.patch,
            hidden_size=self.hidden,
            mlp_dim=self.mlp,
            num_layers=self.layers,
            num_heads=self.heads,
            classification=True,
            num_classes=self.out_features or 1,
            dropout_rate=self.dropout,
            post_activation="none",
        )
        if self.out_features is None:
            network.classification_head = nn.Identity()
        return FirstOutput(network)
