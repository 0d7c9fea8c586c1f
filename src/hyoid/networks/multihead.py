"""The one shape of network that the fit loop knows: a batch in, an output per head."""

from __future__ import annotations

import torch
from torch import nn

from hyoid.errors import HyoidError
from hyoid.networks.batch import Batch


class MultiHeadNetwork(nn.Module):
    """A backbone whose voxel output serves a segmentation head.

    `forward(Batch)` returns `{head: output}`; for a segmentation head logits (B, classes, z, y, x). With `flags` the
    backbone sees each presence flag as one more channel, constant over the patch: it was built for twice the images.
    """

    def __init__(self, backbone: nn.Module, segmentation_head: str, flags: bool = False) -> None:
        super().__init__()
        self.backbone = backbone
        self.segmentation_head = segmentation_head
        self.flags = flags

    def forward(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Return the output of every head; a batch without images raises HyoidError."""
        images = batch.images
        if images is None:
            raise HyoidError.of("a batch without images", "images for a network that segments", "Give them.")
        if self.flags:
            planes = batch.present[:, :, None, None, None].expand_as(images).to(images.dtype)
            images = torch.cat([images, planes], dim=1)
        return {self.segmentation_head: self.backbone(images)}


def count_parameters(network: nn.Module) -> int:
    """Count the trainable parameters."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)
