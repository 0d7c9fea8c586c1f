"""The single operations of augmentation: what a recipe may name on its own, or as one of several."""

from __future__ import annotations

from hyoid.augment.affine import Affine
from hyoid.augment.crop_resize import CropResize
from hyoid.augment.flip import Flip
from hyoid.augment.intensity import Gamma, GaussianNoise, GaussianSmooth, ScaleIntensity, ShiftIntensity
from hyoid.augment.rotate import Rotate
from hyoid.augment.scanner import PetNoise, PetResolution, PetScale

ScannerPart = PetResolution | PetScale | PetNoise
"""The parts that act on the PET's SUV."""

Operation = (
    Flip
    | Rotate
    | Affine
    | CropResize
    | ScaleIntensity
    | ShiftIntensity
    | Gamma
    | GaussianNoise
    | GaussianSmooth
    | PetResolution
    | PetScale
    | PetNoise
)
"""Any part that changes samples by itself."""


def keeps_suv(part: Operation) -> bool:
    """Whether the PET's SUV can still be told from its values after `part`: it neither interpolates nor changes them.

    A mirror image keeps it, and so does what changes the CT alone.
    """
    return isinstance(part, Flip | ScannerPart) or "pet" not in getattr(part, "channels", ("pet",))
