"""A batch's label maps as two more channels, and the block around the lesions: after augmentation, on the device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from hyoid.imaging.lesion_crop import Shape, crop_start
from hyoid.inference.mask_channels import LESIONS


@dataclass(frozen=True, slots=True)
class MaskLoading:
    """How label maps become channels: the block (z, y, x) that is seen, None for all; how often it is random."""

    size: Shape | None = None
    random_crop: float = 0.0


def draw_crops(loading: MaskLoading, rng: np.random.Generator, count: int) -> NDArray[np.int64] | None:
    """Draw the seeds (count,) of the blocks; where a block lies is known when the sample is augmented."""
    return None if loading.size is None else rng.integers(0, 2**62, count)


def append_masks(
    images: torch.Tensor,
    present: torch.Tensor,
    labels: torch.Tensor,
    known: torch.Tensor,
    loading: MaskLoading,
    seeds: NDArray[np.int64] | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images (B, C + 2, ...) with GTVp and GTVn as channels, of the size of the block, and flags (B, C + 2).

    `images` (B, C, z, y, x) and `labels` (B, z, y, x) are augmented: masks take the nearest voxel and stay 0 or 1.
    `present` (B, C) and `known` (B,) say which images and label maps are there.
    """
    masks = torch.stack([labels == value for value in LESIONS], dim=1).to(images.dtype)
    together = torch.cat([images, masks], dim=1)
    flags = torch.cat([present, known[:, None].to(present.dtype).expand(-1, len(LESIONS))], dim=1)
    if loading.size is None or seeds is None:
        return together, flags
    z, y, x = (int(edge) for edge in images.shape[2:])
    blocks = []
    for sample, found, seed in zip(together, labels, seeds, strict=True):
        foreground = (found > 0).cpu().numpy()
        start = crop_start(foreground, (z, y, x), loading.size, np.random.default_rng(seed), loading.random_crop)
        along_z, along_y, along_x = (slice(a, a + n) for a, n in zip(start, loading.size, strict=True))
        blocks.append(sample[:, along_z, along_y, along_x])
    return torch.stack(blocks), flags
