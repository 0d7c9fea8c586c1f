"""How the learning rate changes from epoch to epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hyoid.settings import Settings

Positive = Annotated[float, Field(gt=0)]


class ConstantSchedule(Settings):
    """The learning rate never changes."""

    name: Literal["constant"] = "constant"

    def factor(self, epoch: int, epochs: int, history: Sequence[float]) -> float:  # noqa: ARG002 - one signature
        """Return the factor on the learning rate in `epoch` (from 0) of `epochs`."""
        return 1.0


class PolynomialSchedule(Settings):
    """The learning rate decays as (1 - epoch / epochs) ** power, per epoch."""

    name: Literal["polynomial"] = "polynomial"
    power: Positive = 0.9

    def factor(self, epoch: int, epochs: int, history: Sequence[float]) -> float:  # noqa: ARG002 - one signature
        """Return the factor on the learning rate in `epoch` (from 0) of `epochs`."""
        return float((1.0 - epoch / epochs) ** self.power)


class CosineSchedule(Settings):
    """The learning rate falls to zero along half a cosine (Loshchilov and Hutter 2017, without restarts), per epoch."""

    name: Literal["cosine"] = "cosine"

    def factor(self, epoch: int, epochs: int, history: Sequence[float]) -> float:  # noqa: ARG002 - one signature
        """Return the factor on the learning rate in `epoch` (from 0) of `epochs`."""
        return 0.5 * (1.0 + math.cos(math.pi * epoch / epochs))


class PlateauSchedule(Settings):
    """The learning rate is multiplied by `factor_of_drop` when more than `patience` selections bring nothing better.

    As PyTorch's ReduceLROnPlateau, without its threshold; counted anew after each drop.
    """

    name: Literal["plateau"] = "plateau"
    factor_of_drop: float = Field(0.5, gt=0, lt=1)
    patience: int = Field(3, ge=0)

    def factor(self, epoch: int, epochs: int, history: Sequence[float]) -> float:  # noqa: ARG002 - one signature
        """Return the factor on the learning rate after the selections of `history`, higher is better."""
        factor, best, without = 1.0, -math.inf, 0
        for value in history:
            best, without = (value, 0) if value > best else (best, without + 1)
            if without > self.patience:
                factor, without = factor * self.factor_of_drop, 0
        return factor


class StepSchedule(Settings):
    """The learning rate is multiplied by `factors[k]` from epoch `epochs[k]` on, until the next."""

    name: Literal["steps"] = "steps"
    epochs: tuple[Annotated[int, Field(ge=1)], ...] = Field(min_length=1)
    factors: tuple[Positive, ...]

    @model_validator(mode="after")
    def _one_factor_each(self) -> Self:
        if len(self.factors) != len(self.epochs) or list(self.epochs) != sorted(set(self.epochs)):
            raise ValueError(f"epochs {list(self.epochs)} rise and have a factor each, not {list(self.factors)}")
        return self

    def factor(self, epoch: int, epochs: int, history: Sequence[float]) -> float:  # noqa: ARG002 - one signature
        """Return the factor on the learning rate in `epoch` (from 0)."""
        passed = [factor for start, factor in zip(self.epochs, self.factors, strict=True) if epoch >= start]
        return passed[-1] if passed else 1.0


Schedule = Annotated[
    ConstantSchedule | PolynomialSchedule | CosineSchedule | PlateauSchedule | StepSchedule,
    Field(discriminator="name"),
]
