"""Layers between the vectors of a backbone and what joins them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from pydantic import Field

from hyoid.networks.branch import Share, Width
from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn


class VectorLayers(Settings):
    """Which vectors of a backbone are joined for the heads on patients, each through layers of its own.

    Parameters
    ----------
    names
        Of the vectors, in the order in which they are joined.
    hidden
        Widths of the linear layers with ReLU; without any a vector is joined as it is.
    input_dropout
        Share of a vector's values that is dropped before the layers.
    squared_weights
        Strength of the penalty on the layers' squared weights.
    """

    names: tuple[str, ...] = Field(min_length=1)
    hidden: tuple[Width, ...] = ()
    input_dropout: Share = 0.0
    squared_weights: float = Field(0.0, ge=0)

    def width(self, vectors: Mapping[str, int]) -> int:
        """Return the width of all together, for vectors of these widths."""
        return sum(self.hidden[-1] if self.hidden else vectors[name] for name in self.names)

    def build(self, vectors: Mapping[str, int]) -> nn.ModuleDict:
        """Return a module for each vector: (B, its width) -> (B, n)."""
        from torch import nn

        modules = {}
        for name in self.names:
            layers: list[nn.Module] = [nn.Dropout(self.input_dropout)] if self.input_dropout else []
            for inputs, outputs in pairwise((vectors[name], *self.hidden)):
                layers += [penalised(nn.Linear(inputs, outputs), self.squared_weights), nn.ReLU()]
            modules[name] = nn.Sequential(*layers)
        return nn.ModuleDict(modules)


def penalised(layer: nn.Linear, squared_weights: float) -> nn.Linear:
    """Return the layer, which now names the strength of the penalty on its squared weights to the fit loop."""
    if squared_weights:
        layer.squared_weights = squared_weights  # type: ignore[assignment]  # a number, where torch expects a part
    return layer
