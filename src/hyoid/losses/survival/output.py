"""What a survival loss reads of a network's output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import torch


class SurvivalOutput(Protocol):
    """Output of a head that predicts survival, of B patients.

    A protocol and not a class of its own, since losses and networks never import each other: whatever has the two
    attributes is one. A loss touches only those that it needs.
    """

    @property
    def risk(self) -> torch.Tensor:
        """(B,) log relative hazard or any score that is higher where the outcome is worse."""

    @property
    def features(self) -> torch.Tensor:
        """(B, n) features from which the risk is computed."""
