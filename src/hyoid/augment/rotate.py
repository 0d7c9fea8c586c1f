"""Turn images and labels about the volume's middle."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hyoid.augment.parameters import Parameters, Samples, switched
from hyoid.augment.spatial import AffineMap, resampled
from hyoid.settings import Settings


class Rotate(Settings):
    """Rotate with `probability` by independent angles U(-degrees, degrees) about the three axes.

    The rotation is one of voxel indices: where the voxel sizes of two axes differ, the anatomy is sheared a little as
    well. Images are interpolated linearly, labels take the nearest voxel, and both repeat their edge beyond it.

    Parameters
    ----------
    degrees
        The greatest angle about each axis.
    probability
        How often a sample is rotated at all.
    """

    name: Literal["rotate"] = "rotate"
    degrees: float = Field(10.0, ge=0, le=180)
    probability: float = Field(0.5, ge=0, le=1)

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw `degrees` (count, 3) about the axes (z, y, x), 0 where not applied."""
        values = rng.uniform(-self.degrees, self.degrees, (count, 3))
        return {"degrees": switched(values, (rng.random(count) < self.probability)[:, None], 0.0)}

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return rotated images and labels; a sample whose angles are all 0 stays as it is, bit for bit."""
        changes = [AffineMap(rotation(row), np.zeros(3)) if row.any() else None for row in parameters["degrees"]]
        return resampled(samples, changes)


def rotation(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the matrix (3, 3) from target to source, in (z, y, x), that turns about z, then y, then x."""
    matrix = np.eye(3)
    for axis, angle in enumerate(np.deg2rad(degrees)):
        a, b = (other for other in range(3) if other != axis)
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
        matrix = turn @ matrix
    return matrix
