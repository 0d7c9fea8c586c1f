"""What makes MONAI's networks into encoders."""

from __future__ import annotations

import torch
from torch import nn


class FirstOutput(nn.Module):
    """A network that returns several things, of which the first is wanted: MONAI's transformer adds hidden states."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the first output for images (B, C, z, y, x)."""
        output: torch.Tensor = self.network(images)[0]
        return output


def instance_norm_for_batch_norm(network: nn.Module) -> nn.Module:
    """Put a 3D instance normalisation with scale and shift in place of every 3D batch normalisation, in place.

    Nothing is kept running: training and prediction normalise each image of each sample by itself.
    """
    for parent in list(network.modules()):
        for name, module in list(parent.named_children()):
            if isinstance(module, nn.BatchNorm3d):
                setattr(parent, name, nn.InstanceNorm3d(module.num_features, eps=module.eps, affine=True))
    return network
