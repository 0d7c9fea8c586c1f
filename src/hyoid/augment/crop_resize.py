"""Look at a part of the volume, enlarged to the whole."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from hyoid.augment.parameters import Parameters, Samples, switched
from hyoid.augment.spatial import AffineMap, resampled
from hyoid.settings import Settings


class CropResize(Settings):
    """Cut a random box out with `probability` and resize it to the full size: a random crop for whole volumes.

    The box has the same fraction U(lower, upper) of each edge, so that proportions stay, and lies anywhere within the
    volume. Images are interpolated linearly, labels take the nearest voxel.

    Parameters
    ----------
    lower, upper
        Bounds of the box's edge as a fraction of the volume's.
    probability
        How often a sample is cropped at all.
    """

    name: Literal["crop_resize"] = "crop_resize"
    lower: float = Field(0.8, gt=0, le=1)
    upper: float = Field(1.0, gt=0, le=1)
    probability: float = Field(0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.lower > self.upper:
            raise ValueError(f"lower {self.lower} is greater than upper {self.upper}; exchange them")
        return self

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw `fraction` (count,), 1 where not applied, and `position` (count, 3) along (z, y, x).

        A position is 0 where the box lies at the low end of an axis and 1 at the high end.
        """
        values = rng.uniform(self.lower, self.upper, count)
        fraction = switched(values, rng.random(count) < self.probability, 1.0)
        return {"fraction": fraction, "position": rng.random((count, 3))}

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return cropped and resized images and labels; a fraction of 1 leaves a sample as it is, bit for bit."""
        size = np.asarray(samples.images.shape[2:])
        changes = [
            None if fraction == 1 else AffineMap(np.eye(3) * fraction, (1 - fraction) * (position - 0.5) * size)
            for fraction, position in zip(parameters["fraction"], parameters["position"], strict=True)
        ]
        return resampled(samples, changes)
