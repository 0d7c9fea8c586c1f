"""One augmentation a sample, drawn from several."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, PositiveFloat, field_validator, model_validator

from hyoid.augment.operation import Operation
from hyoid.augment.parameters import Parameters, Samples
from hyoid.settings import Settings


class OneOf(Settings):
    """Apply exactly one of `parts` to each sample, drawn anew for every sample: TrivialAugment.

    A part's strength is drawn from its own ranges. Its `probability` is 1 unless it is given, so that the part that a
    sample draws is applied.

    Parameters
    ----------
    parts
        Two or more parts, none of them a `one_of`.
    weights
        How likely each part is, relative to the others; without it all are equally likely.

    References
    ----------
    Müller and Hutter, TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation, ICCV 2021.
    """

    name: Literal["one_of"] = "one_of"
    parts: tuple[Annotated[Operation, Field(discriminator="name")], ...] = Field(min_length=2)
    weights: tuple[PositiveFloat, ...] | None = None

    @field_validator("parts", mode="before")
    @classmethod
    def _not_nested(cls, parts: Any) -> Any:
        for part in parts if isinstance(parts, list | tuple) else ():
            if isinstance(part, OneOf) or (isinstance(part, dict) and part.get("name") == "one_of"):
                raise ValueError("a one_of holds no other one_of: name the inner one's parts beside the others")
        return parts

    @field_validator("parts")
    @classmethod
    def _always_applied(cls, parts: tuple[Operation, ...]) -> tuple[Operation, ...]:
        return tuple(
            part if "probability" in part.model_fields_set else part.model_copy(update={"probability": 1.0})
            for part in parts
        )

    @model_validator(mode="after")
    def _one_weight_each(self) -> Self:
        if self.weights is not None and len(self.weights) != len(self.parts):
            raise ValueError(f"{len(self.weights)} weights for {len(self.parts)} parts: give one for each")
        return self

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw `part` (count,), the position of each sample's part, and the parameters of every part.

        Those of part i are named `i.NAME`. They are drawn for all samples, so that random streams stay aligned; only
        the rows of the samples that drew the part are used.
        """
        weights = np.ones(len(self.parts)) if self.weights is None else np.asarray(self.weights)
        drawn: Parameters = {"part": rng.choice(len(self.parts), count, p=weights / weights.sum())}
        for i, part in enumerate(self.parts):
            drawn |= {f"{i}.{name}": values for name, values in part.draw(rng, count).items()}
        return drawn

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return images and labels, each sample changed by the part that it drew and by no other."""
        images = samples.images.clone()
        labels = None if samples.labels is None else samples.labels.clone()
        for i, part in enumerate(self.parts):
            rows = np.flatnonzero(parameters["part"] == i).tolist()
            if not rows:
                continue
            prefix = f"{i}."
            own = {
                name.removeprefix(prefix): values[rows]
                for name, values in parameters.items()
                if name.startswith(prefix)
            }
            changed = part.apply(samples.of_rows(rows), own)
            images[rows] = changed.images
            if labels is not None and changed.labels is not None:
                labels[rows] = changed.labels
        return samples.changed(images, labels)
