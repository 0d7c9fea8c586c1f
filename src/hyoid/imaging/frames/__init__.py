"""Frames: which grid a case is brought to. Pure geometry; a frame never sees the expert mask."""

from typing import Annotated

from pydantic import Field

from hyoid.imaging.frames.axial_crop import AxialCrop
from hyoid.imaging.frames.fixed_box import FixedBox
from hyoid.imaging.frames.full_view import FullView
from hyoid.imaging.frames.located import Located
from hyoid.imaging.frames.neck_box import NeckBox
from hyoid.imaging.frames.resized_view import ResizedView

Frame = Annotated[NeckBox | FixedBox | FullView | AxialCrop | ResizedView, Field(discriminator="name")]
"""Any frame that a recipe may name."""

__all__ = ["AxialCrop", "FixedBox", "Frame", "FullView", "Located", "NeckBox", "ResizedView"]
