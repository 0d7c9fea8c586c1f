"""The frame of everything that is in view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import PositiveFloat

from hyoid.geometry import Volume
from hyoid.imaging.frames.field_of_view import field_of_view
from hyoid.imaging.frames.located import Located
from hyoid.imaging.frames.voxels import larger_voxels
from hyoid.settings import Settings


class FullView(Settings):
    """The whole field of view that CT and PET share, axis-aligned, at `spacing_mm` (x, y, z).

    Where both exist, it is their intersection: outside of it one channel would be empty. See `field_of_view` for
    images that hardly overlap or stand alone.
    """

    name: Literal["full_view"] = "full_view"
    spacing_mm: tuple[PositiveFloat, PositiveFloat, PositiveFloat] = (1.0, 1.0, 1.0)

    def locate(self, images: Mapping[str, Volume]) -> Located:
        """Return the frame's grid for a case's images (`ct`, `pet`).

        Raises
        ------
        ImageError
            If there is neither CT nor PET.
        """
        box, notes = field_of_view(images)
        return Located(box.grid(self.spacing_mm), notes)

    def coarser(self, factor: float, divisor: int = 1, least: int = 1) -> Self:  # noqa: ARG002
        """Return the frame at `factor` times its spacing; `divisor` and `least` bind only frames of a fixed size."""
        return self.model_copy(update={"spacing_mm": larger_voxels(self.spacing_mm, factor)})

    def voxels(self) -> tuple[int, int, int] | None:
        """Return None: the shape differs from case to case."""
        return None
