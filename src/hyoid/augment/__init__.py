"""Augmentation parts; parameters are drawn apart from being applied, so that they can be recorded and replayed."""

from hyoid.augment.chain import Augmentation, apply_all, draw_all
from hyoid.augment.flip import Flip
from hyoid.augment.intensity import GaussianNoise, GaussianSmooth, ScaleIntensity, ShiftIntensity
from hyoid.augment.parameters import Parameters, Samples

__all__ = [
    "Augmentation",
    "Flip",
    "GaussianNoise",
    "GaussianSmooth",
    "Parameters",
    "Samples",
    "ScaleIntensity",
    "ShiftIntensity",
    "apply_all",
    "draw_all",
]
