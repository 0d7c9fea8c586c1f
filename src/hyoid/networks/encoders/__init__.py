"""Image encoders: a whole volume in, one vector of features out. Settings import at once; torch only in `build()`."""

from typing import Annotated

from pydantic import Field

from hyoid.networks.encoders.densenet import DenseNet121
from hyoid.networks.encoders.efficientnet import EfficientNet
from hyoid.networks.encoders.resnet import ResNet18
from hyoid.networks.encoders.seresnet import SEResNet50
from hyoid.networks.encoders.vit import ViT

ImageEncoder = Annotated[ResNet18 | DenseNet121 | ViT | EfficientNet | SEResNet50, Field(discriminator="name")]
"""Any image encoder that a recipe may name: images in, features (B, n) out."""

__all__ = ["DenseNet121", "EfficientNet", "ImageEncoder", "ResNet18", "SEResNet50", "ViT"]
