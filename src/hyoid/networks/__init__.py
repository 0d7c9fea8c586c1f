"""Network parts. Settings import at once; torch only inside `build()` and in the modules themselves."""

from typing import Annotated

from pydantic import Field

from hyoid.networks.branch import ClinicalBranch, Fusion
from hyoid.networks.deepmts import DeepMTS
from hyoid.networks.dynunet import DynUNet
from hyoid.networks.encoders import ImageEncoder
from hyoid.networks.segresnet import SegResNet
from hyoid.networks.swinunetr import SwinUNETR
from hyoid.networks.unet import UNet
from hyoid.networks.unetr import UNETR
from hyoid.networks.vectors import VectorLayers

Backbone = Annotated[UNet | SegResNet | SwinUNETR | UNETR | DynUNet | DeepMTS, Field(discriminator="name")]
"""Any backbone that a recipe may name: images in, voxel logits out."""

__all__ = [
    "UNETR",
    "Backbone",
    "ClinicalBranch",
    "DeepMTS",
    "DynUNet",
    "Fusion",
    "ImageEncoder",
    "SegResNet",
    "SwinUNETR",
    "UNet",
    "VectorLayers",
]
