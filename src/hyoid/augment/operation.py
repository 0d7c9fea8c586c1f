"""The single operations of augmentation: what a recipe may name on its own, or as one of several."""

from __future__ import annotations

from hyoid.augment.affine import Affine
from hyoid.augment.crop_resize import CropResize
from hyoid.augment.flip import Flip
from hyoid.augment.intensity import Gamma, GaussianNoise, GaussianSmooth, ScaleIntensity, ShiftIntensity
from hyoid.augment.rotate import Rotate

Operation = (
    Flip | Rotate | Affine | CropResize | ScaleIntensity | ShiftIntensity | Gamma | GaussianNoise | GaussianSmooth
)
"""Any part that changes samples by itself."""
