"""Turn and enlarge images and labels about the volume's middle, in one interpolation."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import Field, PositiveFloat, model_validator

from hyoid.augment.parameters import Parameters, Samples, switched
from hyoid.augment.rotate import rotation
from hyoid.augment.spatial import AffineMap, resampled
from hyoid.settings import Settings


class Affine(Settings):
    """Rotate and scale with `probability`: angles U(-degrees, degrees) about the axes, one factor for all of them.

    The rotation is that of `Rotate`. The factor is the same along each axis, so that proportions stay. Images are
    interpolated linearly, labels take the nearest voxel, and both repeat their edge beyond it.

    Parameters
    ----------
    degrees
        The greatest angle about each axis.
    scale
        Least and greatest factor by which the content is enlarged, drawn from U(least, greatest).
    probability
        How often a sample is changed at all.
    """

    name: Literal["affine"] = "affine"
    degrees: float = Field(15.0, ge=0, le=180)
    scale: tuple[PositiveFloat, PositiveFloat] = (0.9, 1.2)
    probability: float = Field(0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        least, greatest = self.scale
        if least > greatest:
            raise ValueError(f"the least scale {least} is above the greatest {greatest}; exchange them")
        return self

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw `degrees` (count, 3) about the axes (z, y, x) and `scale` (count,); 0 and 1 where not applied."""
        degrees = rng.uniform(-self.degrees, self.degrees, (count, 3))
        scale = rng.uniform(*self.scale, count)
        on = rng.random(count) < self.probability
        return {"degrees": switched(degrees, on[:, None], 0.0), "scale": switched(scale, on, 1.0)}

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return changed images and labels; a sample with angles 0 and scale 1 stays as it is, bit for bit."""
        changes = [
            AffineMap(rotation(degrees) / scale, np.zeros(3)) if degrees.any() or scale != 1 else None
            for degrees, scale in zip(parameters["degrees"], parameters["scale"], strict=True)
        ]
        return resampled(samples, changes)
