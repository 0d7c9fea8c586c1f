"""The DynUNet: nnU-Net's plain U-Net."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from hyoid.networks.shape import Shape
from hyoid.settings import Settings

if TYPE_CHECKING:
    from hyoid.networks.bottleneck import DynUNetModule

_KERNEL = 3


class DynUNet(Settings):
    """MONAI's DynUNet (Isensee 2021): two convolutions of 3 cubed a level, instance normalisation, leaky ReLU.

    Its lowest level, averaged over the voxels, is the vector `bottleneck` for heads on whole patients.

    Parameters
    ----------
    filters
        Of each level, the lowest last.
    strides
        Between the levels: one fewer than filters.
    residual
        Whether each block adds its input to its output.
    """

    name: Literal["dynunet"] = "dynunet"
    filters: tuple[int, ...] = Field((16, 32, 64, 128, 256), min_length=3)
    strides: tuple[int, ...] = (2, 2, 2, 2)
    residual: bool = False

    @model_validator(mode="after")
    def _one_stride_between_levels(self) -> Self:
        if len(self.strides) != len(self.filters) - 1:
            raise ValueError(f"{len(self.filters)} levels need {len(self.filters) - 1} strides, not {self.strides}")
        return self

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this."""
        return math.prod(self.strides)

    @property
    def min_size(self) -> int:
        """Smallest edge in voxels: two at the lowest level, so that instance normalisation has a spread."""
        return 2 * self.divisor

    @property
    def vectors(self) -> dict[str, int]:
        """Widths of the vectors for heads on whole patients."""
        return {"bottleneck": self.filters[-1]}

    def narrower(self, factor: float) -> DynUNet:
        """Return the same network with `factor` times the filters, four at the least."""
        return self.model_copy(update={"filters": tuple(max(4, round(c * factor)) for c in self.filters)})

    def build(self, in_channels: int, out_channels: int, shape: Shape) -> DynUNetModule:  # noqa: ARG002 - one signature
        """Return the module: (B, in, z, y, x) -> logits (B, out, z, y, x), with Kaiming initialisation."""
        from monai.networks.nets import DynUNet as MonaiDynUNet

        from hyoid.networks.bottleneck import DynUNetModule
        from hyoid.networks.initialise import kaiming

        network = MonaiDynUNet(
            spatial_dims=3,
            in_channels=in_channels,
            out_channels=out_channels,
            kernel_size=[_KERNEL] * len(self.filters),
            strides=[1, *self.strides],
            upsample_kernel_size=self.strides,
            filters=self.filters,
            res_block=self.residual,
        )
        return DynUNetModule(kaiming(network))
