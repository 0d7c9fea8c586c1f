"""What augmentation parts share: samples, and parameters that can be recorded and replayed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hyoid.augment.suv import PetUnits

if TYPE_CHECKING:
    import torch

Parameters = dict[str, NDArray[Any]]
"""Drawn parameters by name, first axis the sample; everything that `apply` needs to repeat itself exactly."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Images (B, C, z, y, x), labels (B, z, y, x) where there are any, and the names of the channels.

    `pet` says what the values of each sample's PET stand for, None for a sample without a PET; only the parts that
    imitate another scanner need it.
    """

    images: torch.Tensor
    labels: torch.Tensor | None
    channels: tuple[str, ...]
    pet: tuple[PetUnits | None, ...] | None = None

    def changed(self, images: torch.Tensor, labels: torch.Tensor | None) -> Samples:
        """Return the same samples with other images and labels."""
        return replace(self, images=images, labels=labels)

    def of_rows(self, rows: list[int]) -> Samples:
        """Return the samples at these positions, in copies."""
        labels = None if self.labels is None else self.labels[rows]
        pet = None if self.pet is None else tuple(self.pet[row] for row in rows)
        return Samples(self.images[rows], labels, self.channels, pet)


def switched(values: NDArray[np.float64], on: NDArray[np.bool_], neutral: float) -> NDArray[np.float64]:
    """Return `values` where `on`, else `neutral`; both are drawn always, so that random streams stay aligned."""
    return np.where(on, values, neutral)


def channel_indices(names: tuple[str, ...], channels: tuple[str, ...]) -> list[int]:
    """Return the positions of `names` among `channels`; a channel that the recipe does not use is left out."""
    return [channels.index(name) for name in names if name in channels]
