"""What augmentation parts share: samples, and parameters that can be recorded and replayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Parameters = dict[str, NDArray[Any]]
"""Drawn parameters by name, first axis the sample; everything that `apply` needs to repeat itself exactly."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Images (B, C, z, y, x), labels (B, z, y, x) where there are any, and the names of the channels."""

    images: torch.Tensor
    labels: torch.Tensor | None
    channels: tuple[str, ...]


def switched(values: NDArray[np.float64], on: NDArray[np.bool_], neutral: float) -> NDArray[np.float64]:
    """Return `values` where `on`, else `neutral`; both are drawn always, so that random streams stay aligned."""
    return np.where(on, values, neutral)


def channel_indices(names: tuple[str, ...], channels: tuple[str, ...]) -> list[int]:
    """Return the positions of `names` among `channels`; a channel that the recipe does not use is left out."""
    return [channels.index(name) for name in names if name in channels]
