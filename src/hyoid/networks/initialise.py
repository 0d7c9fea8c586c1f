"""How weights begin, and how they lie in memory."""

from __future__ import annotations

import torch
from torch import nn


def kaiming(network: nn.Module) -> nn.Module:
    """Set every 3D convolution to Kaiming-normal weights and zero bias, in place, as the official baseline does."""
    for module in network.modules():
        if isinstance(module, nn.Conv3d | nn.ConvTranspose3d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network


def channels_last(network: nn.Module) -> nn.Module:
    """Lay the weights of 3D convolutions out with the channel last, in place; the convolutions then run so too."""
    for parameter in network.parameters():
        if parameter.dim() == 5:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last_3d)
    return network
