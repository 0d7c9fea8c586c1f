"""Layers on vectors: the branch that reads the clinical vector, and what follows the joined branches."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

Width = Annotated[int, Field(ge=1)]
Normalisation = Literal["none", "batch"]


class ClinicalBranch(Settings):
    """Linear, [batch normalisation], ReLU and [dropout] per hidden layer, on the encoded clinical vector.

    With `norm="batch"` a batch of one cannot be trained on: it has no spread.
    """

    hidden: tuple[Width, ...] = Field((64, 32), min_length=1)
    dropout: float = Field(0.0, ge=0, lt=1)
    norm: Normalisation = "none"

    @property
    def features(self) -> int:
        """Width of the output."""
        return self.hidden[-1]

    def build(self, inputs: int) -> nn.Module:
        """Return the module: (B, inputs) -> (B, `features`)."""
        return _layers((inputs, *self.hidden), self.dropout, self.norm)


class Fusion(Settings):
    """The same layers on the joined features of all branches; without hidden layers these are passed on as they are."""

    hidden: tuple[Width, ...] = ()
    dropout: float = Field(0.0, ge=0, lt=1)
    norm: Normalisation = "none"

    def features(self, inputs: int) -> int:
        """Width of the output for so many joined features."""
        return self.hidden[-1] if self.hidden else inputs

    def build(self, inputs: int) -> nn.Module:
        """Return the module: (B, inputs) -> (B, features(inputs)); the identity without hidden layers."""
        from torch import nn

        return _layers((inputs, *self.hidden), self.dropout, self.norm) if self.hidden else nn.Identity()


def _layers(widths: tuple[int, ...], dropout: float, norm: Normalisation) -> nn.Module:
    from torch import nn

    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers.append(nn.Linear(inputs, outputs))
        if norm == "batch":
            layers.append(nn.BatchNorm1d(outputs))
        layers.append(nn.ReLU())
        if dropout:
            layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers)
