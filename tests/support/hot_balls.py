"""Simulated PET of balls: activity on a fine grid, a Gaussian point-spread, averaged over voxels, noise."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import Block

VOXEL_MM, FINE = 4.0, 4
EDGE = 20
"""Voxels along each edge of the PET; the middle of it is the origin of the world."""


def ball_pet(
    radius_mm: float,
    contrast: float,
    noise: float = 0.0,
    seed: int = 0,
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> tuple[Volume, np.ndarray, Block]:
    """Return a PET with background 1 and a ball of `contrast`, the voxels mostly in the ball, and a box around it."""
    step = VOXEL_MM / FINE
    at = (np.arange(EDGE * FINE) + 0.5) * step - EDGE * VOXEL_MM / 2
    offsets = np.meshgrid(*(at - s for s in shift_mm), indexing="ij")
    inside = np.sqrt(sum(o**2 for o in offsets)) < radius_mm
    activity = ndimage.gaussian_filter(1.0 + (contrast - 1.0) * inside, 6.0 / 2.3548 / step)
    pet, share = (
        a.reshape(EDGE, FINE, EDGE, FINE, EDGE, FINE).mean(axis=(1, 3, 5)) for a in (activity, inside.astype(float))
    )
    pet += noise * np.sqrt(pet) * np.random.default_rng(seed).standard_normal(pet.shape)
    reach = int(np.ceil((radius_mm + 10) / VOXEL_MM))
    box = Block((EDGE // 2 - reach,) * 3, (2 * reach,) * 3)
    volume = Volume(pet.astype(np.float32), Grid((EDGE,) * 3, (VOXEL_MM,) * 3, ((1 - EDGE) * VOXEL_MM / 2,) * 3))
    return volume, share >= 0.5, box


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Dice similarity coefficient, from the definition."""
    first, second = first > 0, second > 0
    return float(2 * (first & second).sum() / (first.sum() + second.sum()))
