"""The 50-layer residual network with squeeze and excitation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field

from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

Blocks = Annotated[int, Field(ge=1)]
_WIDTH = 2048  # pooled features, whatever the number of blocks


class SEResNet50(Settings):
    """MONAI's 3D SE-ResNet-50 (Hu 2018), batch normalisation.

    `blocks` are the bottlenecks of each of the four stages. `out_features` is the width of MONAI's last linear layer;
    without it the pooled features are the output.
    """

    name: Literal["seresnet50"] = "seresnet50"
    blocks: tuple[Blocks, Blocks, Blocks, Blocks] = (3, 4, 6, 3)
    out_features: int | None = Field(None, ge=1)

    @property
    def features(self) -> int:
        """Width of the output: 2048 for the pooled features."""
        return _WIDTH if self.out_features is None else self.out_features

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this: any will do, strided layers are padded."""
        return 1

    @property
    def min_size(self) -> int:
        """Smallest edge in voxels: two at the lowest level, so that a batch of one has a spread to normalise by.

        Three more than 32, because the pooling of the stem is not padded.
        """
        return 35

    def narrower(self, factor: float) -> Self:
        """Return a network with about `factor` times the blocks, one a stage at the least.

        MONAI fixes the filters of the stages, so the network becomes shallower and not narrower.
        """
        return self.model_copy(update={"blocks": tuple(max(1, round(b * factor)) for b in self.blocks)})

    def build(self, in_channels: int, shape: tuple[int, int, int]) -> nn.Module:  # noqa: ARG002 (any shape)
        """Return the module: (B, in, z, y, x) -> features (B, `features`), with MONAI's initialisation."""
        from monai.networks.nets.senet import SEResNet50 as MonaiSEResNet50
        from torch import nn

        network: nn.Module = MonaiSEResNet50(
            layers=self.blocks,
            spatial_dims=3,
            in_channels=in_channels,
            num_classes=self.out_features or 1,
        )
        if self.out_features is None:
            network.last_linear = nn.Identity()
        return network
