"""Network parts. Settings import at once; torch only inside `build()` and in the modules themselves."""

from typing import Annotated

from pydantic import Field

from hyoid.networks.branch import ClinicalBranch, Fusion
from hyoid.networks.encoders import ImageEncoder
from hyoid.networks.segresnet import SegResNet
from hyoid.networks.unet import UNet

Backbone = Annotated[UNet | SegResNet, Field(discriminator="name")]
"""Any backbone that a recipe may name: images in, voxel logits out."""

__all__ = ["Backbone", "ClinicalBranch", "Fusion", "ImageEncoder", "SegResNet", "UNet"]
