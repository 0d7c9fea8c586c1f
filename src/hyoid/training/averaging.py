"""The mean of a network's weights over several epochs."""

from __future__ import annotations

from typing import Any, Self

import torch
from torch import nn


class WeightAverage:
    """Running mean of everything that a network's state holds in floating point; counters are the last ones.

    The mean is kept in double precision.
    """

    def __init__(self) -> None:
        self.count = 0
        self._mean: dict[str, torch.Tensor] = {}

    def add(self, network: nn.Module) -> None:
        """Take the network's present weights into the mean."""
        self.count += 1
        for name, value in network.state_dict().items():
            now = value.detach().cpu()
            if not now.is_floating_point():
                self._mean[name] = now.clone()
            elif name not in self._mean:
                self._mean[name] = now.double()
            else:
                self._mean[name] += (now.double() - self._mean[name]) / self.count

    def into(self, network: nn.Module) -> None:
        """Give the network the mean weights, in place."""
        network.load_state_dict({name: self._mean[name].to(value) for name, value in network.state_dict().items()})

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {"count": self.count, "mean": self._mean}

    @classmethod
    def of(cls, state: dict[str, Any]) -> Self:
        """Return the average that a checkpoint kept."""
        average = cls()
        average.count, average._mean = state["count"], state["mean"]
        return average
