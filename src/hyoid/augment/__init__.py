"""Augmentation parts; parameters are drawn apart from being applied, so that they can be recorded and replayed."""

from hyoid.augment.affine import Affine
from hyoid.augment.chain import Augmentation, apply_all, draw_all, needs_suv, operations
from hyoid.augment.crop_resize import CropResize
from hyoid.augment.flip import Flip
from hyoid.augment.intensity import Gamma, GaussianNoise, GaussianSmooth, ScaleIntensity, ShiftIntensity
from hyoid.augment.one_of import OneOf
from hyoid.augment.operation import ScannerPart, keeps_suv
from hyoid.augment.parameters import Parameters, Samples
from hyoid.augment.rotate import Rotate
from hyoid.augment.scanner import PetNoise, PetResolution, PetScale
from hyoid.augment.suv import PetUnits

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
    "PetNoise",
    "PetResolution",
    "PetScale",
    "PetUnits",
    "Rotate",
    "Samples",
    "ScaleIntensity",
    "ScannerPart",
    "ShiftIntensity",
    "apply_all",
    "draw_all",
    "keeps_suv",
    "needs_suv",
    "operations",
]
