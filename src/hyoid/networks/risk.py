"""The head that reads a risk from the fused features."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from hyoid.networks.batch import RiskOutput


class RiskReader(nn.Module):
    """(B, features) -> `RiskOutput`: hidden layers with ReLU and dropout, then one linear output.

    The features are passed on as they came in.
    """

    def __init__(self, features: int, hidden: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        widths = (features, *hidden)
        for one, two in pairwise(widths):
            layers += [nn.Linear(one, two), nn.ReLU(), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], 1))

    def forward(self, features: torch.Tensor) -> RiskOutput:
        """Return the risk (B,) and the features (B, n)."""
        return RiskOutput(self.layers(features)[:, 0], features)
