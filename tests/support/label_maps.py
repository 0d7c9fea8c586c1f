"""Random label maps with blobs of GTVp and GTVn that touch here and there."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage

from hyoid.geometry import Grid, Volume

SPACINGS = ((1.0, 1.0, 1.0), (0.9, 1.1, 3.0), (4.0, 2.0, 1.0))
"""Voxel sizes (x, y, z) in mm."""


def random_labels(seed: int, shape: tuple[int, int, int] = (8, 9, 10), share: float = 0.3) -> Volume:
    """Return a map of labels 0, 1 and 2 on one of `SPACINGS`."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.normal(size=shape), 0.9)
    which = ndimage.gaussian_filter(rng.normal(size=shape), 1.0)
    labels = np.where(field > np.quantile(field, 1 - share), np.where(which > 0, 2, 1), 0).astype(np.uint8)
    z, y, x = shape
    return Volume(labels, Grid((x, y, z), SPACINGS[seed % len(SPACINGS)]))


def on_grid(array: ArrayLike, spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Volume:
    """Return an array (z, y, x) as a label map of these voxels."""
    labels = np.array(array, np.uint8)
    z, y, x = labels.shape
    return Volume(labels, Grid((x, y, z), spacing))


def voxel_places(volume: Volume, label: int) -> np.ndarray:
    """World positions (n, 3) of the centres of a label's voxels, one by one from the grid."""
    return np.array([volume.grid.to_world(index[::-1]) for index in np.argwhere(volume.array == label)]).reshape(-1, 3)
