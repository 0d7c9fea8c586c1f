"""The weighted sum of survival losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from hyoid.losses.survival.contrastive import Contrastive
from hyoid.losses.survival.cox import Cox
from hyoid.losses.survival.inverted_cox import InvertedCox
from hyoid.losses.survival.output import SurvivalOutput
from hyoid.losses.survival.ranking import Ranking
from hyoid.settings import Settings

if TYPE_CHECKING:
    import torch

SingleSurvivalLoss = Annotated[Cox | Ranking | Contrastive | InvertedCox, Field(discriminator="name")]
"""Any survival loss that is not a sum of others."""


class WeightedLoss(Settings):
    """A survival loss and its weight in a sum."""

    weight: float = Field(gt=0, allow_inf_nan=False)
    loss: SingleSurvivalLoss


class WeightedSum(Settings):
    """Weighted sum of survival losses, for instance Cox + 0.3 ranking + 0.1 contrastive (Zhao and Ray, equation 5).

    A part that the batch says nothing to adds zero; the weights of the others stay as they are.
    """

    name: Literal["weighted_sum"] = "weighted_sum"
    parts: tuple[WeightedLoss, ...] = Field(min_length=1)

    def __call__(self, output: SurvivalOutput, values: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Return the scalar loss over the known: values (B, 2) of days and event, known (B,) of bool."""
        first, *others = (part.weight * part.loss(output, values, known) for part in self.parts)
        return sum(others, start=first)
