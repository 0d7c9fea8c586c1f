"""Gaussian blur of one volume by products with banded matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

FWHM_PER_SIGMA = 2 * math.sqrt(2 * math.log(2))
"""Full width at half maximum of a Gaussian whose standard deviation is 1."""

_TRUNCATE_SIGMAS = 4.0  # the Gaussian's tail beyond this holds 6e-5 of its weight


def blur(image: torch.Tensor, sigmas: NDArray[np.float64]) -> torch.Tensor:
    """Return a volume (z, y, x) blurred with `sigmas` (3,) in voxels, its edges repeated beyond them.

    Products with banded matrices are three times as fast on a CPU as convolutions. A sigma of 0 leaves its axis alone.
    """
    return _along_axes(
        image, [_blur_matrix(length, float(sigma), image) for length, sigma in zip(image.shape, sigmas, strict=True)]
    )


def blurred_noise(white: torch.Tensor, sigmas: NDArray[np.float64]) -> torch.Tensor:
    """Return white noise of standard deviation 1 (z, y, x) blurred as `blur` does, with the same deviation again.

    Every voxel is divided by the root of its summed squared weights, so that also those at the edge, which see some
    of the noise several times, have the standard deviation 1.
    """
    matrices = [_blur_matrix(length, float(sigma), white) for length, sigma in zip(white.shape, sigmas, strict=True)]
    return _along_axes(white, [None if one is None else one / one.norm(dim=1, keepdim=True) for one in matrices])


def sigmas_in_voxels(fwhm_mm: float, spacing_mm: tuple[float, float, float]) -> NDArray[np.float64]:
    """Return the standard deviations (3,) in voxels of a Gaussian as wide along each axis; spacing is (z, y, x)."""
    return fwhm_mm / FWHM_PER_SIGMA / np.asarray(spacing_mm, np.float64)


def _along_axes(image: torch.Tensor, matrices: Sequence[torch.Tensor | None]) -> torch.Tensor:
    z, y, x = matrices
    image = image if x is None else image @ x.T
    image = image if y is None else y @ image
    return image if z is None else (z @ image.flatten(1)).view_as(image)


def _blur_matrix(length: int, sigma: float, like: torch.Tensor) -> torch.Tensor | None:
    """Return the (length, length) weights of a Gaussian blur that replicates edges; None for no blur."""
    import torch

    if sigma == 0.0:
        return None
    radius = max(1, int(_TRUNCATE_SIGMAS * sigma + 0.5))
    offsets = torch.arange(-radius, radius + 1, device=like.device)
    weights = torch.exp(-0.5 * (offsets.to(like.dtype) / sigma) ** 2)
    rows = torch.arange(length, device=like.device)[:, None]
    columns = (rows + offsets).clamp(0, length - 1)
    matrix = torch.zeros((length, length), dtype=like.dtype, device=like.device)
    return matrix.scatter_add_(1, columns, (weights / weights.sum()).expand(length, -1))
