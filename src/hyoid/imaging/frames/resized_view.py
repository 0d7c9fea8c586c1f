"""The frame of everything that is in view, in a fixed number of voxels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import PositiveInt

from hyoid.geometry import Volume
from hyoid.imaging.frames.field_of_view import field_of_view
from hyoid.imaging.frames.located import Located
from hyoid.imaging.frames.voxels import divided, fewer_voxels
from hyoid.settings import Settings


class ResizedView(Settings):
    """The whole field of view that CT and PET share, divided into exactly `size_voxels` (x, y, z) voxels.

    For networks that look at a whole case at once. The voxel size follows from the field of view, differs from case to
    case and between the axes. See `field_of_view` for images that hardly overlap or stand alone.
    """

    name: Literal["resized_view"] = "resized_view"
    size_voxels: tuple[PositiveInt, PositiveInt, PositiveInt] = (96, 96, 96)

    def locate(self, images: Mapping[str, Volume]) -> Located:
        """Return the frame's grid for a case's images (`ct`, `pet`).

        Raises
        ------
        ImageError
            If there is neither CT nor PET.
        """
        box, notes = field_of_view(images)
        return Located(divided(box, self.size_voxels), notes)

    def coarser(self, factor: float, divisor: int = 1, least: int = 1) -> Self:
        """Return the frame with fewer voxels by `factor`, a multiple of `divisor`, `least` or more along each axis."""
        return self.model_copy(update={"size_voxels": fewer_voxels(self.size_voxels, factor, divisor, least)})

    def voxels(self) -> tuple[int, int, int]:
        """Return the shape (z, y, x) that every case has."""
        x, y, z = self.size_voxels
        return z, y, x
