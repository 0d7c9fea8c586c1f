"""What several processes know together of one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from hyoid.networks.batch import RiskOutput, Target

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def summed(fabric: Fabric, count: int) -> int:
    """Return the sum of a count over all processes."""
    if fabric.world_size == 1:
        return count
    total = fabric.all_reduce(torch.tensor(float(count), dtype=torch.float64, device=fabric.device), reduce_op="sum")
    return int(torch.as_tensor(total))


def gathered_output(fabric: Fabric, output: RiskOutput) -> RiskOutput:
    """Return the outputs of all processes, in the order of these, with the gradient on each one's own.

    Every process computes the same loss of all of them. What flows back to an output is then the sum of as many equal
    gradients as there are processes, and their mean, which is taken of the network's gradients, is the gradient.
    """
    return RiskOutput(
        _gathered(fabric, output.risk, gradients=True), _gathered(fabric, output.features, gradients=True)
    )


def gathered_target(fabric: Fabric, target: Target) -> Target:
    """Return the labels of all processes in the same order; those that fill up a shorter share are not known."""
    known = _gathered(fabric, target.known.to(torch.uint8), gradients=False).bool()
    return Target(_gathered(fabric, target.values, gradients=False), known)


def _gathered(fabric: Fabric, values: torch.Tensor, *, gradients: bool) -> torch.Tensor:
    """Gather (n, ...) of every process to (sum of the longest n, ...): shorter ones are filled up with zeros."""
    counts = torch.as_tensor(fabric.all_gather(torch.tensor(len(values), device=fabric.device)))
    missing = int(counts.max()) - len(values)
    if missing:
        values = torch.cat([values, values.new_zeros((missing, *values.shape[1:]))])
    return torch.as_tensor(fabric.all_gather(values, sync_grads=gradients)).flatten(0, 1)
