"""The accumulators of a sliding window: as high as one window, they move on with it."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(slots=True)
class Bands:
    """Weighted sums of one window's height.

    Parameters
    ----------
    mean
        Of the networks' mean class probabilities (K, z, y, x).
    members
        Of each network's own (N, K - 1, z, y, x), background left out; N is 0 where they are not asked for.
    mass
        Of the weights alone (z, y, x).
    """

    mean: torch.Tensor
    members: torch.Tensor
    mass: torch.Tensor

    @classmethod
    def zeros(cls, classes: int, members: int, shape: tuple[int, ...], device: str) -> Bands:
        """Return empty accumulators of `shape` (z, y, x)."""
        return cls(
            torch.zeros((classes, *shape), device=device),
            torch.zeros((members, classes - 1, *shape), device=device),
            torch.zeros(shape, device=device),
        )

    def finished(self, height: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the first `height` slices, to which no further window adds, as probabilities: mean, and members."""
        mass = self.mass[:height]
        return self.mean[:, :height] / mass, self.members[:, :, :height] / mass

    def move(self, height: int) -> None:
        """Leave the first `height` slices behind and go on with as many empty ones."""
        self.mean, self.members, self.mass = (_moved(band, height) for band in (self.mean, self.members, self.mass))


def _moved(band: torch.Tensor, height: int) -> torch.Tensor:
    left = band.narrow(-3, height, band.shape[-3] - height)
    return torch.cat([left, torch.zeros_like(band.narrow(-3, 0, height))], dim=-3)
