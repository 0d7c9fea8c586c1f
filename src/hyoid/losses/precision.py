"""In which precision losses are computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def in_single(values: torch.Tensor) -> torch.Tensor:
    """Return the values in single precision at the least: bfloat16 gives patients of different risk the same one."""
    import torch

    return values.to(torch.promote_types(values.dtype, torch.float32))
