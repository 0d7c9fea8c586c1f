"""Names of what a voxel truly holds, and the unit that anatomy is drawn in: the implicit shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Field = Callable[[Array, Array, Array], Array]
"""A function of template coordinates x (z, 1, x), y (z, y, 1) and z (z, 1, 1) in mm that broadcasts to (z, y, x)."""
Value = float | Field


class Tissue(IntEnum):
    """What a voxel holds in truth; the tissue map of a patient has these values."""

    OUTSIDE = 0
    FAT = 1
    MUSCLE = 2
    BONE = 3
    MARROW = 4
    BRAIN = 5
    CSF = 6
    AIRWAY = 7
    LUNG = 8
    TONSIL = 9
    SALIVARY = 10
    LARYNX = 11
    SWALLOWING = 12
    TONGUE = 13
    THYROID = 14
    VESSEL = 15
    TEETH = 16
    METAL = 17
    DENTAL = 18
    EYE = 19
    HEART = 20
    LIVER = 21
    SPLEEN = 22
    KIDNEY = 23
    BLADDER = 24
    BOWEL = 25
    BROWN_FAT = 26
    BENIGN_NODE = 27
    INFLAMED_NODE = 28
    GTVP = 29
    GTVN = 30
    CARTILAGE = 31
    CORD = 32
    TABLE = 33


@dataclass(frozen=True, slots=True)
class Shape:
    """One implicit shape of the anatomy, in template millimetres.

    Parameters
    ----------
    tissue
        What it is made of.
    lower, upper
        Box (x, y, z) outside which the shape is certainly absent.
    distance
        Approximate signed distance to the surface in mm, negative inside.
    hu, suv
        Value painted inside, a number or a field; None leaves that image as it is.
    """

    tissue: Tissue
    lower: tuple[float, float, float]
    upper: tuple[float, float, float]
    distance: Field
    hu: Value | None
    suv: Value | None


def waves(rng: np.random.Generator, wavelength_mm: float, count: int = 6) -> Field:
    """Return a smooth random field of mean 0 and variance 1: a sum of plane waves of about one wavelength.

    Being a formula it has no resolution: CT and PET sample the same texture on their own grids.
    """
    vectors = rng.normal(size=(count, 3))
    vectors *= 2 * np.pi / wavelength_mm / np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = (vectors * rng.uniform(0.6, 1.4, (count, 1))).astype(np.float32)
    phases = rng.uniform(0, 2 * np.pi, count).astype(np.float32)
    scale = np.float32(np.sqrt(2.0 / count))

    def field(x: Array, y: Array, z: Array) -> Array:
        total: Any = np.float32(0)
        for (kx, ky, kz), phase in zip(vectors, phases, strict=True):
            # cos(a + b + c) of separable terms: the exponential splits, one product per voxel
            wave = np.exp(1j * (kx * x + kz * z + phase)).astype(np.complex64) * np.exp(1j * ky * y)
            total = total + wave.real
        return np.asarray(total * scale, np.float32)

    return field


def textured(mean: float, amplitude: float, field: Field) -> Field:
    """Return a field of the given mean and standard deviation."""
    return lambda x, y, z: mean + amplitude * field(x, y, z)
