"""The 18-layer residual network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field

from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

Filters = Annotated[int, Field(ge=1)]


class ResNet18(Settings):
    """MONAI's 3D ResNet-18 (He 2016, Hara 2018) with projection shortcuts, MONAI's default type B.

    `stem_stride` is 1 in MONAI and 2 in the original: at 1 the first layers see the image at full resolution, which
    costs eight times the time and memory. `norm="instance"` puts an instance normalisation with learnt scale and shift
    in place of every batch normalisation, for batches of one: MONAI's own argument of that name reaches the stem only.
    `out_features` is the width of MONAI's last linear layer; without it the pooled features are the output.
    """

    name: Literal["resnet18"] = "resnet18"
    channels: tuple[Filters, Filters, Filters, Filters] = (64, 128, 256, 512)
    stem_stride: Literal[1, 2] = 1
    max_pool: bool = True
    norm: Literal["batch", "instance"] = "batch"
    out_features: int | None = Field(None, ge=1)

    @property
    def features(self) -> int:
        """Width of the output."""
        return self.channels[-1] if self.out_features is None else self.out_features

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this: any will do, strided layers are padded."""
        return 1

    @property
    def min_size(self) -> int:
        """Smallest edge in voxels: two at the lowest level, so that a batch of one has a spread to normalise by."""
        return self.stem_stride * (2 if self.max_pool else 1) * 8 + 1

    def narrower(self, factor: float) -> Self:
        """Return the same network with `factor` times the filters, four at the least."""
        return self.model_copy(update={"channels": tuple(max(4, round(c * factor)) for c in self.channels)})

    def build(self, in_channels: int, shape: tuple[int, int, int]) -> nn.Module:  # noqa: ARG002 (any shape)
        """Return the module: (B, in, z, y, x) -> features (B, `features`), with MONAI's initialisation."""
        from monai.networks.nets.resnet import ResNet

        from hyoid.networks.encoders.parts import instance_norm_for_batch_norm

        network: nn.Module = ResNet(
            "basic",
            [2, 2, 2, 2],
            list(self.channels),
            spatial_dims=3,
            n_input_channels=in_channels,
            conv1_t_stride=self.stem_stride,
            no_max_pool=not self.max_pool,
            num_classes=self.out_features or 1,
            feed_forward=self.out_features is not None,
        )
        return instance_norm_for_batch_norm(network) if self.norm == "instance" else network
