"""Layers on vectors: the branch that reads the clinical vector, and what follows the joined branches."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from hyoid.settings import Settings

if TYPE_CHECKING:
    from torch import nn

Width = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, lt=1)]
Dropout = Share | tuple[Share, ...]
"""One share for every layer, or one for each."""

Normalisation = Literal["none", "batch"]


class ClinicalBranch(Settings):
    """Linear, [batch normalisation], ReLU and [dropout] per hidden layer, on the encoded clinical vector.

    Without hidden layers the vector is passed on as it is.

    With `norm="batch"` a batch of one cannot be trained on: it has no spread.
    """

    hidden: tuple[Width, ...] = (64, 32)
    dropout: Dropout = 0.0
    norm: Normalisation = "none"

    @model_validator(mode="after")
    def _one_dropout_a_layer(self) -> Self:
        check_dropout(self.dropout, self.hidden)
        return self

    def features(self, inputs: int) -> int:
        """Return the width of the output for a vector of so many columns."""
        return self.hidden[-1] if self.hidden else inputs

    def build(self, inputs: int) -> nn.Module:
        """Return the module: (B, inputs) -> (B, features(inputs)); the identity without hidden layers."""
        from torch import nn

        return _layers((inputs, *self.hidden), self.dropout, self.norm) if self.hidden else nn.Identity()


class Fusion(Settings):
    """The same layers on the joined features of all branches; without hidden layers these are passed on as they are."""

    hidden: tuple[Width, ...] = ()
    dropout: Dropout = 0.0
    norm: Normalisation = "none"

    @model_validator(mode="after")
    def _one_dropout_a_layer(self) -> Self:
        check_dropout(self.dropout, self.hidden)
        return self

    def features(self, inputs: int) -> int:
        """Width of the output for so many joined features."""
        return self.hidden[-1] if self.hidden else inputs

    def build(self, inputs: int) -> nn.Module:
        """Return the module: (B, inputs) -> (B, features(inputs)); the identity without hidden layers."""
        from torch import nn

        return _layers((inputs, *self.hidden), self.dropout, self.norm) if self.hidden else nn.Identity()


def check_dropout(dropout: Dropout, hidden: tuple[int, ...]) -> None:
    """Raise ValueError where there are several shares, but not one for each hidden layer."""
    if isinstance(dropout, tuple) and len(dropout) != len(hidden):
        raise ValueError(f"dropout {list(dropout)} for {len(hidden)} hidden layers: give one share, or one for each")


def shares_of(dropout: Dropout, layers: int) -> tuple[float, ...]:
    """Return the share of each hidden layer."""
    return dropout if isinstance(dropout, tuple) else (dropout,) * layers


def _layers(widths: tuple[int, ...], dropout: Dropout, norm: Normalisation) -> nn.Module:
    from torch import nn

    layers: list[nn.Module] = []
    for (inputs, outputs), share in zip(pairwise(widths), shares_of(dropout, len(widths) - 1), strict=True):
        layers.append(nn.Linear(inputs, outputs))
        if norm == "batch":
            layers.append(nn.BatchNorm1d(outputs))
        layers.append(nn.ReLU())
        if share:
            layers.append(nn.Dropout(share))
    return nn.Sequential(*layers)
