"""The 121-layer densely connected network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field

from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

_BLOCKS = (6, 12, 24, 16)  # dense layers per block: what makes it a DenseNet-121


class DenseNet121(Settings):
    """MONAI's 3D DenseNet-121 (Huang 2017), batch normalisation.

    `filters` is the width of the stem, `growth` what each layer adds. `out_features` is the width of MONAI's last
    linear layer; without it the pooled features are the output.
    """

    name: Literal["densenet121"] = "densenet121"
    filters: int = Field(64, ge=1)
    growth: int = Field(32, ge=1)
    out_features: int | None = Field(None, ge=1)

    @property
    def features(self) -> int:
        """Width of the output: for the pooled features 1024 at the default filters."""
        if self.out_features is not None:
            return self.out_features
        width = self.filters
        for layers in _BLOCKS[:-1]:
            width = (width + layers * self.growth) // 2
        return width + _BLOCKS[-1] * self.growth

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this, else pooling loses a border."""
        return 32

    @property
    def min_size(self) -> int:
        """Smallest edge in voxels: two at the lowest level, so that a batch of one has a spread to normalise by."""
        return 2 * self.divisor

    def narrower(self, factor: float) -> Self:
        """Return the same network with `factor` times the filters: eight in the stem and four a layer at the least."""
        update = {"filters": max(8, round(self.filters * factor)), "growth": max(4, round(self.growth * factor))}
        return self.model_copy(update=update)

    def build(self, in_channels: int, shape: tuple[int, int, int]) -> nn.Module:  # noqa: ARG002 (any shape)
        """Return the module: (B, in, z, y, x) -> features (B, `features`), with MONAI's initialisation."""
        from monai.networks.nets.densenet import DenseNet121 as MonaiDenseNet121
        from torch import nn

        network: nn.Module = MonaiDenseNet121(
            spatial_dims=3,
            in_channels=in_channels,
            out_channels=self.out_features or 1,
            init_features=self.filters,
            growth_rate=self.growth,
            block_config=_BLOCKS,
        )
        if self.out_features is None:
            network.get_submodule("class_layers").out = nn.Identity()
        return network
