"""Mirror images and labels along each axis on its own."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from hyoid.augment.parameters import Parameters, Samples
from hyoid.settings import Settings

_AXES = {"z": 1, "y": 2, "x": 3}  # in one sample (C, z, y, x)


class Flip(Settings):
    """Flip along each of `axes` independently with `probability`.

    The published baseline draws once and flips all three axes together, so that it sees two of the eight
    mirror images; here each axis has its own draw, unless `together` asks for the published behaviour.
    """

    name: Literal["flip"] = "flip"
    axes: tuple[Literal["z", "y", "x"], ...] = ("z", "y", "x")
    probability: float = Field(0.5, ge=0, le=1)
    together: bool = False

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw whether each of `count` samples is flipped along each axis: `flip` (count, axes)."""
        drawn = rng.random((count, len(self.axes)))
        if self.together:
            drawn[:] = drawn[:, :1]
        return {"flip": drawn < self.probability}

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return flipped images and labels."""
        import torch

        images = list(samples.images)
        labels = None if samples.labels is None else list(samples.labels)
        for i, flips in enumerate(parameters["flip"]):
            axes = [_AXES[axis] for axis, flip in zip(self.axes, flips, strict=True) if flip]
            if axes:
                images[i] = torch.flip(images[i], axes)
                if labels is not None:
                    labels[i] = torch.flip(labels[i], [axis - 1 for axis in axes])
        return samples.changed(torch.stack(images), None if labels is None else torch.stack(labels))
