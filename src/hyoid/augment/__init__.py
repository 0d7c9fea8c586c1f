"""Augmentation parts; parameters are drawn apart from being applied, so that they can be recorded and replayed."""

from hyoid.augment.chain import Augmentation, apply_all, draw_all
from hyoid.augment.crop_resize import CropResize
from hyoid.augment.flip import Flip
from hyoid.augment.intensity import GaussianNoise, GaussianSmooth, ScaleIntensity, ShiftIntensity
from hyoid.augment.parameters import Parameters, Samples
from hyoid.augment.rotate import Rotate

__all__ = [
    "Augmentation",
    "CropResize",
    "Flip",
    "GaussianNoise",
    "GaussianSmooth",
    "Parameters",
    "Rotate",
    "Samples",
    "ScaleIntensity",
    "ShiftIntensity",
    "apply_all",
    "draw_all",
]
