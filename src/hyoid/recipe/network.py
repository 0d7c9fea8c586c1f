"""A network made of parts, and the heads that it serves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from pydantic import field_validator, model_validator

from hyoid.networks import Backbone, ClinicalBranch, Fusion, ImageEncoder, VectorLayers
from hyoid.networks.shape import Shape
from hyoid.recipe.heads import FUSED, Head, PatientHead, SegmentationHead
from hyoid.settings import Settings, nearest

if TYPE_CHECKING:
    from torch import nn

    from hyoid.networks.multihead import MultiHeadNetwork
    from hyoid.networks.patient_heads import PatientHeads


class Network(Settings):
    """Parts: either a `backbone` with a segmentation head, or image `encoder` and `clinical` branch joined by `fusion`.

    An encoder alone, a clinical branch alone, and both are the same network with a part left out. A backbone that makes
    vectors may also serve heads on whole patients: `vectors` says which are joined, with the clinical branch, by
    `fusion`.
    """

    backbone: Backbone | None = None
    encoder: ImageEncoder | None = None
    clinical: ClinicalBranch | None = None
    vectors: VectorLayers | None = None
    fusion: Fusion = Fusion()
    heads: dict[str, Head]

    @field_validator("heads", mode="before")
    @classmethod
    def _without_removed(cls, heads: Any) -> Any:
        """Leave out heads that a variant takes away by naming nothing for them."""
        return {n: head for n, head in heads.items() if head is not None} if isinstance(heads, dict) else heads

    @model_validator(mode="after")
    def _parts_serve_heads(self) -> Self:
        kinds = [head.name for head in self.heads.values()]
        if len(set(kinds)) < len(kinds) or not kinds:
            raise ValueError(f"one head of each kind at the most, and one at the least; found {kinds}")
        if self.backbone is not None:
            self._check_backbone(kinds)
        elif self.encoder is None and self.clinical is None:
            raise ValueError("a network needs a backbone, an encoder or a clinical branch")
        elif len(kinds) != 1 or "segmentation" in kinds:
            raise ValueError(f"encoder and clinical branch serve one head, hpv or rfs; found {kinds}")
        elif self.vectors is not None or any(
            head.reads != FUSED or head.detached for head in self.patient_heads.values()
        ):
            raise ValueError("vectors are of a backbone: leave network.vectors and a head's reads and detached out")
        return self

    def _check_backbone(self, kinds: Sequence[str]) -> None:
        if self.encoder is not None:
            raise ValueError("a backbone takes the place of an encoder: leave one of them out")
        if "segmentation" not in kinds:
            raise ValueError(f"a backbone gives a voxel output: name a segmentation head; found {kinds}")
        if len(kinds) == 1:
            if self.vectors is not None or self.clinical is not None:
                raise ValueError("vectors and a clinical branch serve heads on patients, of which there is none")
            return
        known = self.known_vectors
        if not known:
            raise ValueError(
                f"the backbone {self.backbone.name if self.backbone else None} makes no vectors for {kinds}"
            )
        if self.vectors is None:
            raise ValueError(f"heads on patients read vectors of the backbone: name some of {list(known)} in vectors")
        wanted = [*self.vectors.names, *(head.reads for head in self.patient_heads.values() if head.reads != FUSED)]
        for name in wanted:
            if name not in known:
                raise ValueError(f"the backbone makes no vector '{name}': {nearest(name, known)}")

    @property
    def known_vectors(self) -> dict[str, int]:
        """Widths of the vectors that the backbone makes, by name."""
        found: dict[str, int] = getattr(self.backbone, "vectors", {})
        return found

    @property
    def patient_heads(self) -> dict[str, PatientHead]:
        """The heads on whole patients."""
        return {name: head for name, head in self.heads.items() if not isinstance(head, SegmentationHead)}

    @property
    def divisor(self) -> int:
        """Every edge of the input, in voxels, must be a multiple of this."""
        part = self.backbone or self.encoder
        return 1 if part is None else part.divisor

    @property
    def min_size(self) -> int:
        """Smallest edge of the input in voxels."""
        part = self.backbone or self.encoder
        return 1 if part is None else part.min_size

    def narrower(self, factor: float) -> Network:
        """Return the network with about `factor` times the filters of its image part; the clinical branch is kept."""
        return self.model_copy(
            update={
                "backbone": None if self.backbone is None else self.backbone.narrower(factor),
                "encoder": None if self.encoder is None else self.encoder.narrower(factor),
            }
        )

    def build_backbone(
        self, images: int, classes: int, shape: Shape, flags: bool, columns: int = 0
    ) -> MultiHeadNetwork:
        """Return the segmentation network for `images` channels and a label map of `classes`, background included.

        `shape` is that of a patch, `columns` the width of the encoded record that heads on patients read. With `flags`
        it also sees which of the images are there (see `MultiHeadNetwork`).
        """
        from hyoid.networks.multihead import MultiHeadNetwork

        if self.backbone is None:
            raise TypeError("this network has no backbone")
        (head,) = (name for name, one in self.heads.items() if isinstance(one, SegmentationHead))
        backbone = self.backbone.build(2 * images if flags else images, classes, shape)
        return MultiHeadNetwork(backbone, head, flags, self._build_patient_heads(columns))

    def _build_patient_heads(self, columns: int) -> PatientHeads | None:
        from hyoid.networks.patient_heads import PatientHeads

        heads, known = self.patient_heads, self.known_vectors
        if not heads or self.vectors is None:
            return None
        width = self.vectors.width(known) + (0 if self.clinical is None else self.clinical.features(columns))
        fused = self.fusion.features(width)
        return PatientHeads(
            self.vectors.build(known),
            None if self.clinical is None else self.clinical.build(columns),
            self.fusion.build(width),
            {name: head.build(fused if head.reads == FUSED else known[head.reads]) for name, head in heads.items()},
            {name: head.reads for name, head in heads.items() if head.reads != FUSED},
            {name for name, head in heads.items() if head.detached},
        )

    def build_fusion(self, images: int, shape: Shape | None, columns: int, flags: bool) -> nn.Module:
        """Return the network of branches for `images` channels of `shape` (z, y, x) and an encoded vector of `columns`.

        With `flags` the presence flags join the fused vector (see `FusionNetwork`).
        """
        from hyoid.networks.fusion import FusionNetwork

        encoder = None if self.encoder is None or shape is None else self.encoder.build(images, shape)
        clinical = None if self.clinical is None else self.clinical.build(columns)
        width = images if flags else 0
        width += 0 if self.encoder is None else self.encoder.features
        width += 0 if self.clinical is None else self.clinical.features(columns)
        fused = self.fusion.features(width)
        heads = {name: head.build(fused) for name, head in self.patient_heads.items()}
        return FusionNetwork(encoder, clinical, self.fusion.build(width), heads, flags)
