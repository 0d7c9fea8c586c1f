"""Intensity steps: each turns one channel's values into others, by itself, with no state."""

from typing import Annotated

from pydantic import Field

from hyoid.imaging.intensity.clip import Clip
from hyoid.imaging.intensity.divide_by_mean import DivideByMean
from hyoid.imaging.intensity.min_max import MinMax
from hyoid.imaging.intensity.window import Window
from hyoid.imaging.intensity.z_score import ZScore

Intensity = Annotated[Window | Clip | ZScore | MinMax | DivideByMean, Field(discriminator="name")]
"""Any intensity step that a recipe may name."""

__all__ = ["Clip", "DivideByMean", "Intensity", "MinMax", "Window", "ZScore"]
