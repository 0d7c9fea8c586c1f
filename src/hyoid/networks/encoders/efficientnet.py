"""The EfficientNet of the smallest compound size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field

from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

# The stages of B0 (Tan 2019, table 1) in MONAI's notation: repeats, kernel, stride, expansion, filters, squeeze.
_B0 = (
    "r1_k3_s11_e1_i32_o16_se0.25",
    "r2_k3_s22_e6_i16_o24_se0.25",
    "r2_k5_s22_e6_i24_o40_se0.25",
    "r3_k3_s22_e6_i40_o80_se0.25",
    "r3_k5_s11_e6_i80_o112_se0.25",
    "r4_k5_s22_e6_i112_o192_se0.25",
    "r1_k3_s11_e6_i192_o320_se0.25",
)
_WIDTH, _STEP = 1280, 8  # filters of the last convolution; filters are multiples of eight
_PADDED_FOR = 224  # MONAI fixes the padding for one size; every multiple of the divisor has the same


class EfficientNet(Settings):
    """MONAI's 3D EfficientNet-B0 (Tan 2019), batch normalisation.

    While training, MONAI drops a fifth of the pooled features and up to a fifth of the residual paths; both are B0's.
    `width` is the method's width coefficient, `momentum` how much of each batch enters the running statistics. MONAI's
    0.01 suits long trainings: outputs in eval mode mean little before some hundred batches have passed, since depthwise
    layers begin with variances far below the 1 that the statistics begin with. `out_features` is the width of MONAI's
    last linear layer; without it the pooled features are the output.
    """

    name: Literal["efficientnet_b0"] = "efficientnet_b0"
    width: float = Field(1.0, gt=0, allow_inf_nan=False)
    momentum: float = Field(0.01, gt=0, le=1)
    out_features: int | None = Field(None, ge=1)

    @property
    def features(self) -> int:
        """Width of the output: for the pooled features 1280 at width 1."""
        if self.out_features is not None:
            return self.out_features
        wanted = _WIDTH * self.width
        rounded = max(_STEP, int(wanted + _STEP / 2) // _STEP * _STEP)
        return rounded + _STEP if rounded < 0.9 * wanted else rounded  # the method rounds off a tenth at most

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this: MONAI's padding is fixed for such sizes."""
        return 32

    @property
    def min_size(self) -> int:
        """Smallest edge in voxels: two at the lowest level, so that a batch of one has a spread to normalise by."""
        return 2 * self.divisor

    def narrower(self, factor: float) -> Self:
        """Return the same network with about `factor` times the filters, each a multiple of eight."""
        return self.model_copy(update={"width": self.width * factor})

    def build(self, in_channels: int, shape: tuple[int, int, int]) -> nn.Module:  # noqa: ARG002 (any shape)
        """Return the module: (B, in, z, y, x) -> features (B, `features`), with MONAI's initialisation."""
        from monai.networks.nets.efficientnet import EfficientNet as MonaiEfficientNet
        from torch import nn

        network: nn.Module = MonaiEfficientNet(
            list(_B0),
            spatial_dims=3,
            in_channels=in_channels,
            num_classes=self.out_features or 1,
            width_coefficient=self.width,
            image_size=_PADDED_FOR,
            norm=("batch", {"eps": 1e-3, "momentum": self.momentum}),
        )
        if self.out_features is None:
            network._fc = nn.Identity()
        return network
