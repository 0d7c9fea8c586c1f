"""Augmentation parts; parameters are drawn apart from being applied, so that they can be recorded and replayed."""

from hyoid.augment.affine import Affine
from hyoid.augment.chain import Augmentation, apply_all, draw_all
from hyoid.augment.crop_resize import CropResize
from hyoid.augment.flip import Flip
from hyoid.augment.intensity import Gamma, GaussianNoise, GaussianSmooth, ScaleIntensity, ShiftIntensity
from hyoid.augment.one_of import OneOf
from hyoid.augment.parameters import Parameters, Samples
from hyoid.augment.rotate import Rotate

__all__ = [
    "Affine",
    "Augmentation",
    "CropResize",
    "Flip",
    "Gamma",
    "GaussianNoise",
    "GaussianSmooth",
    "OneOf",
    "Parameters",
    "Rotate",
    "Samples",
    "ScaleIntensity",
    "ShiftIntensity",
    "apply_all",
    "draw_all",
]
