"""Where the sliding window stops, and how its voxels are weighted."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, int, int]

_LEAST_WEIGHT = 1e-3  # of the centre's: corners still count where no other window reaches


def window_starts(length: int, window: int, overlap: float) -> list[int]:
    """Return the first indices of windows that cover `length` voxels, evenly spread, neighbours sharing `overlap`.

    The last window ends exactly at the edge; a `length` up to `window` needs one.
    """
    if length <= window:
        return [0]
    step = max(1, int(window * (1.0 - overlap)))
    count = math.ceil((length - window) / step) + 1
    return [round(i * (length - window) / (count - 1)) for i in range(count)]


def gaussian_weights(window: Shape, sigma: float) -> NDArray[np.float32]:
    """Return a Gaussian bell (z, y, x) with maximum 1, `sigma` as a fraction of each edge, floored at 0.001."""
    axes = [np.exp(-0.5 * ((np.arange(n) - (n - 1) / 2) / (sigma * n)) ** 2) for n in window]
    bell = axes[0][:, None, None] * axes[1][None, :, None] * axes[2][None, None, :]
    weights: NDArray[np.float32] = np.maximum(bell / bell.max(), _LEAST_WEIGHT).astype(np.float32)
    return weights


def padding_to(shape: Shape, window: Shape) -> list[tuple[int, int]]:
    """Return (before, after) per axis so that `shape` is at least `window`, the image in the middle."""
    missing = [max(0, w - n) for n, w in zip(shape, window, strict=True)]
    return [(m // 2, m - m // 2) for m in missing]
