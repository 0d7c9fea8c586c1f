"""A backbone with a head on voxels and, where it makes vectors of a patient, heads on whole patients."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from hyoid.errors import HyoidError
from hyoid.networks.batch import Batch
from hyoid.networks.patient_heads import PatientHeads


class MultiHeadNetwork(nn.Module):
    """A backbone whose voxel output serves a segmentation head, and whose vectors serve heads on patients.

    `forward(Batch)` returns `{head: output}`; for a segmentation head logits (B, classes, z, y, x). With `flags` the
    backbone sees each presence flag as one more channel, constant over the patch: it was built for twice the images.
    """

    def __init__(
        self,
        backbone: nn.Module,
        segmentation_head: str,
        flags: bool = False,
        patient_heads: PatientHeads | None = None,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.segmentation_head = segmentation_head
        self.flags = flags
        self.patient_heads = patient_heads

    def forward(self, batch: Batch) -> dict[str, Any]:
        """Return the output of every head; a batch without images raises HyoidError."""
        if self.patient_heads is None:
            return {self.segmentation_head: self.backbone(self._seen(batch))}
        backbone: Any = self.backbone
        logits, vectors = backbone.both(self._seen(batch))
        return {self.segmentation_head: logits, **self.patient_heads(vectors, batch)}

    def patients(self, batch: Batch) -> dict[str, Any]:
        """Return the output of the heads on patients, without what only the voxels need."""
        if self.patient_heads is None:
            raise HyoidError.of("a network that only labels voxels", "heads on patients", "Ask for its label map.")
        backbone: Any = self.backbone
        found: dict[str, Any] = self.patient_heads(backbone.vectors(self._seen(batch)), batch)
        return found

    def _seen(self, batch: Batch) -> torch.Tensor:
        images = batch.images
        if images is None:
            raise HyoidError.of("a batch without images", "images for a network that segments", "Give them.")
        if not self.flags:
            return images
        planes = batch.present[:, :, None, None, None].expand_as(images).to(images.dtype)
        return torch.cat([images, planes], dim=1)


class VoxelsAlone(nn.Module):
    """The same network without its heads on patients, and so without a clinical vector: what labels voxels."""

    def __init__(self, network: MultiHeadNetwork) -> None:
        super().__init__()
        self.network = MultiHeadNetwork(network.backbone, network.segmentation_head, network.flags)

    def forward(self, batch: Batch) -> dict[str, Any]:
        """Return the logits of the segmentation head."""
        outputs: dict[str, Any] = self.network(batch)
        return outputs


def voxels_alone(network: nn.Module) -> nn.Module:
    """Return what labels voxels of a network: all of it where it does nothing else."""
    if isinstance(network, MultiHeadNetwork) and network.patient_heads is not None:
        return VoxelsAlone(network)
    return network


def count_parameters(network: nn.Module) -> int:
    """Count the trainable parameters."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)
