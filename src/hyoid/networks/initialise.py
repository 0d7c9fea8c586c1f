"""Weight initialisation."""

from __future__ import annotations

from torch import nn


def kaiming(network: nn.Module) -> nn.Module:
    """Set every 3D convolution to Kaiming-normal weights and zero bias, in place, as the official baseline does."""
    for module in network.modules():
        if isinstance(module, nn.Conv3d | nn.ConvTranspose3d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network
