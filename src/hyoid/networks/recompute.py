"""Less memory in training: what lies inside a block is computed again in the backward pass."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


def recompute(block: nn.Module) -> None:
    """Make a block keep its inputs alone for the backward pass, and compute the rest anew there, in place.

    Values, gradients and names of parameters stay as they are. The block must not draw random numbers that
    `torch.get_rng_state` does not hold, nor keep running statistics: these would be updated twice.
    """
    block.forward = functools.partial(_forward, block.forward)


def _forward(forward: Callable[..., Any], *inputs: torch.Tensor) -> Any:
    return checkpoint(forward, *inputs, use_reentrant=False) if torch.is_grad_enabled() else forward(*inputs)
