"""Samples seen through an affine change of their voxel coordinates: what rotation and cropping share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyoid.augment.parameters import Samples

if TYPE_CHECKING:
    import torch


class AffineMap(NamedTuple):
    """Where a voxel's value comes from: source - middle = `linear` @ (target - middle) + `shift`.

    In voxel indices (z, y, x), `linear` of shape (3, 3) and `shift` of shape (3,); the middle is (count - 1) / 2.
    """

    linear: NDArray[np.float64]
    shift: NDArray[np.float64]


def resampled(samples: Samples, changes: Sequence[AffineMap | None]) -> Samples:
    """Return samples read at changed coordinates, one change a sample; None leaves a sample as it is, bit for bit.

    Images are interpolated linearly, labels take the nearest voxel; both repeat their edge beyond it.
    """
    import torch

    images = list(samples.images)
    labels = None if samples.labels is None else list(samples.labels)
    for i, change in enumerate(changes):
        if change is None:
            continue
        where = _coordinates(change, images[i])
        images[i] = _read(images[i], where, "bilinear")
        if labels is not None:
            labels[i] = _read(labels[i][None], where, "nearest")[0]
    return samples.changed(torch.stack(images), None if labels is None else torch.stack(labels))


def _coordinates(change: AffineMap, image: torch.Tensor) -> torch.Tensor:
    """Return PyTorch's normalised coordinates, in which the outer edges of a volume lie at -1 and 1, x first."""
    import torch
    from torch.nn import functional

    shape = tuple(image.shape[1:])
    half = np.asarray(shape) / 2
    matrix = np.column_stack([change.linear * half[None, :] / half[:, None], change.shift / half])
    matrix = matrix[::-1, [2, 1, 0, 3]]
    theta = torch.from_numpy(matrix.astype(np.float32)).to(image.device)
    return functional.affine_grid(theta[None], [1, 1, *shape], align_corners=False)


def _read(values: torch.Tensor, where: torch.Tensor, mode: Literal["bilinear", "nearest"]) -> torch.Tensor:
    from torch.nn import functional

    # Labels up to 2^24 pass through single precision unchanged.
    read = functional.grid_sample(
        values[None].to(where.dtype), where, mode=mode, padding_mode="border", align_corners=False
    )
    return read[0].to(values.dtype)
