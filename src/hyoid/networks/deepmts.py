"""Modified DeepMTS: a segmentation network whose probability a densely connected network reads beside the images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from hyoid.networks.shape import Shape
from hyoid.settings import Settings

if TYPE_CHECKING:
    from hyoid.networks.deepmts_module import DeepMTSModule

_Width = Annotated[int, Field(ge=1)]
_LEVELS = 5


class DeepMTS(Settings):
    """The network of Meng 2022 (DeepMTS) as the SIMS-LIFE team changed it for HECKTOR 2025; defaults are theirs.

    Its vectors for heads on patients: `segmentation`, from the five levels of the segmentation network's way down;
    `image`, from the three blocks of the densely connected network; and `last`, the last of these blocks alone, from
    which that team reads HPV status.

    Parameters
    ----------
    filters
        Of the segmentation network's five levels; half as many of each become features.
    stem, growth, inner, dense_layers, transitions
        Of the densely connected network: filters of its first convolution, what each layer adds, the width within a
        layer, layers of each block, filters after each block.
    dropout
        Within the densely connected network.
    """

    name: Literal["deepmts"] = "deepmts"
    filters: tuple[_Width, _Width, _Width, _Width, _Width] = (8, 16, 32, 64, 128)
    stem: _Width = 24
    growth: _Width = 16
    inner: _Width = 64
    dense_layers: tuple[_Width, _Width, _Width] = (4, 8, 16)
    transitions: tuple[_Width, _Width, _Width] = (16, 32, 64)
    dropout: float = Field(0.05, ge=0, lt=1)

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this."""
        return int(2 ** (_LEVELS - 1))

    @property
    def min_size(self) -> int:
        """Smallest edge in voxels, of which the densely connected network leaves one."""
        return 2 * self.divisor

    @property
    def vectors(self) -> dict[str, int]:
        """Widths of the vectors for heads on whole patients."""
        return {
            "segmentation": sum(max(1, width // 2) for width in self.filters),
            "image": sum(self.transitions),
            "last": self.transitions[-1],
        }

    def narrower(self, factor: float) -> DeepMTS:
        """Return the same network with about `factor` times the filters, two at the least."""
        scaled = {
            name: tuple(max(2, round(width * factor)) for width in getattr(self, name))
            for name in ("filters", "transitions")
        }
        inner = {name: max(2, round(getattr(self, name) * factor)) for name in ("stem", "growth", "inner")}
        return self.model_copy(update=scaled | inner)

    def build(self, in_channels: int, out_channels: int, shape: Shape) -> DeepMTSModule:  # noqa: ARG002 - one signature
        """Return the module: (B, in, z, y, x) -> logits (B, out, z, y, x), with the original's initialisation."""
        from hyoid.networks.deepmts_module import DeepMTSModule

        return DeepMTSModule(self, in_channels, out_channels)
