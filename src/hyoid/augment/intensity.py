"""Intensity augmentation: scale, shift, gamma, noise, smoothing of chosen channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from hyoid.augment.blur import blur
from hyoid.augment.parameters import Parameters, Samples, channel_indices, switched
from hyoid.settings import Settings

if TYPE_CHECKING:
    import torch

_Channels = tuple[Literal["ct", "pet"], ...]


class ScaleIntensity(Settings):
    """Multiply a channel by 1 + U(-factor, factor)."""

    name: Literal["scale_intensity"] = "scale_intensity"
    channels: _Channels = ("ct",)
    factor: float = Field(0.1, ge=0)
    probability: float = Field(0.5, ge=0, le=1)

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw the multiplier of each sample and channel: `gain` (count, channels), 1 where not applied."""
        shape = (count, len(self.channels))
        values = 1 + rng.uniform(-self.factor, self.factor, shape)
        return {"gain": switched(values, rng.random(shape) < self.probability, 1.0)}

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return samples with scaled channels."""
        return _per_channel(samples, self.channels, lambda image, i, c: image * float(parameters["gain"][i, c]))


class ShiftIntensity(Settings):
    """Add U(-offset, offset) to a channel."""

    name: Literal["shift_intensity"] = "shift_intensity"
    channels: _Channels = ("ct",)
    offset: float = Field(0.1, ge=0)
    probability: float = Field(0.5, ge=0, le=1)

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw the summand of each sample and channel: `offset` (count, channels), 0 where not applied."""
        shape = (count, len(self.channels))
        values = rng.uniform(-self.offset, self.offset, shape)
        return {"offset": switched(values, rng.random(shape) < self.probability, 0.0)}

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return samples with shifted channels."""
        return _per_channel(samples, self.channels, lambda image, i, c: image + float(parameters["offset"][i, c]))


class Gamma(Settings):
    """Raise a channel to the power U(lower, upper), on a scale of 0 to 1 from its least to its greatest value.

    These two values stay what they are; a power above 1 darkens what lies between. A channel of one value stays as it
    is.
    """

    name: Literal["gamma"] = "gamma"
    channels: _Channels = ("ct",)
    lower: float = Field(0.7, gt=0)
    upper: float = Field(1.5, gt=0)
    probability: float = Field(0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.lower > self.upper:
            raise ValueError(f"lower {self.lower} is greater than upper {self.upper}; exchange them")
        return self

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw the power of each sample and channel: `gamma` (count, channels), 1 where not applied."""
        shape = (count, len(self.channels))
        values = rng.uniform(self.lower, self.upper, shape)
        return {"gamma": switched(values, rng.random(shape) < self.probability, 1.0)}

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return samples with changed contrast."""
        return _per_channel(samples, self.channels, lambda image, i, c: _power(image, float(parameters["gamma"][i, c])))


class GaussianNoise(Settings):
    """Add zero-mean noise whose standard deviation is drawn from U(0, sigma)."""

    name: Literal["gaussian_noise"] = "gaussian_noise"
    channels: _Channels = ("ct",)
    sigma: float = Field(0.01, ge=0)
    probability: float = Field(0.5, ge=0, le=1)

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw `sigma` and the `seed` of the noise field, each (count, channels)."""
        shape = (count, len(self.channels))
        sigma = switched(rng.uniform(0, self.sigma, shape), rng.random(shape) < self.probability, 0.0)
        return {"sigma": sigma, "seed": rng.integers(0, 2**31 - 1, shape)}

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return noisy samples; the field is drawn on the CPU, so that every device sees the same one."""
        import torch

        def add(image: torch.Tensor, i: int, c: int) -> torch.Tensor:
            sigma = float(parameters["sigma"][i, c])
            if sigma == 0.0:
                return image
            generator = torch.Generator().manual_seed(int(parameters["seed"][i, c]))
            return image + sigma * torch.randn(image.shape, generator=generator).to(image)

        return _per_channel(samples, self.channels, add)


class GaussianSmooth(Settings):
    """Blur with a Gaussian whose width, in voxels, is drawn per axis from U(lower, upper)."""

    name: Literal["gaussian_smooth"] = "gaussian_smooth"
    channels: _Channels = ("ct",)
    lower_voxels: float = Field(0.5, gt=0)
    upper_voxels: float = Field(1.15, gt=0)
    probability: float = Field(0.5, ge=0, le=1)

    def draw(self, rng: np.random.Generator, count: int) -> Parameters:
        """Draw `sigma` (count, channels, 3) for the axes (z, y, x), 0 where not applied."""
        shape = (count, len(self.channels))
        values = rng.uniform(self.lower_voxels, self.upper_voxels, (*shape, 3))
        return {"sigma": switched(values, (rng.random(shape) < self.probability)[..., None], 0.0)}

    def apply(self, samples: Samples, parameters: Parameters) -> Samples:
        """Return blurred samples (separable, edges replicated)."""
        return _per_channel(samples, self.channels, lambda image, i, c: blur(image, parameters["sigma"][i, c]))


def _power(image: torch.Tensor, gamma: float) -> torch.Tensor:
    lowest, highest = image.aminmax()
    extent = highest - lowest
    if gamma == 1.0 or extent == 0:
        return image
    return ((image - lowest) / extent) ** gamma * extent + lowest


def _per_channel(samples: Samples, names: _Channels, change: _Change) -> Samples:
    images = samples.images.clone()
    present = channel_indices(names, samples.channels)
    positions = [names.index(samples.channels[channel]) for channel in present]
    for i in range(images.shape[0]):
        for position, channel in zip(positions, present, strict=True):
            images[i, channel] = change(images[i, channel], i, position)
    return samples.changed(images, samples.labels)


if TYPE_CHECKING:
    from collections.abc import Callable

    _Change = Callable[[torch.Tensor, int, int], torch.Tensor]
