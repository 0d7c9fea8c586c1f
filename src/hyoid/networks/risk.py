"""The head that reads a risk from the fused features."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from hyoid.networks.batch import RiskOutput
from hyoid.networks.vectors import penalised


class RiskReader(nn.Module):
    """(B, features) -> `RiskOutput`: hidden layers with ReLU and dropout, then one linear output.

    The features are passed on as they came in. `input_dropout` is the share of them that is dropped first,
    `squared_weights` the strength of the penalty on the last layer's squared weights.
    """

    def __init__(
        self,
        features: int,
        hidden: tuple[int, ...],
        dropout: float,
        input_dropout: float = 0.0,
        squared_weights: float = 0.0,
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Dropout(input_dropout)] if input_dropout else []
        widths = (features, *hidden)
        for one, two in pairwise(widths):
            layers += [nn.Linear(one, two), nn.ReLU(), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*layers, penalised(nn.Linear(widths[-1], 1), squared_weights))

    def forward(self, features: torch.Tensor) -> RiskOutput:
        """Return the risk (B,) and the features (B, n)."""
        return RiskOutput(self.layers(features)[:, 0], features)
