"""Layers with the defaults of Keras 2, in which DeepMTS was written and published."""

from __future__ import annotations

from torch import nn

_MOMENTUM = 0.01
"""Share of a batch in the running statistics; Keras counts what is kept, 0.99."""
_EPSILON = 1e-3


def conv(inputs: int, outputs: int, edge: int, *, stride: int = 1, same: bool = True) -> nn.Conv3d:
    """Return a convolution with bias, He-uniform weights and zero bias; with `same` it keeps the size."""
    layer = nn.Conv3d(inputs, outputs, edge, stride=stride, padding=edge // 2 if same else 0)
    nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def normalised(width: int) -> nn.BatchNorm3d:
    """Return a batch normalisation."""
    return nn.BatchNorm3d(width, eps=_EPSILON, momentum=_MOMENTUM)


def unit(inputs: int, outputs: int, edge: int) -> nn.Sequential:
    """Return convolution, batch normalisation and ReLU."""
    return nn.Sequential(conv(inputs, outputs, edge), normalised(outputs), nn.ReLU())
