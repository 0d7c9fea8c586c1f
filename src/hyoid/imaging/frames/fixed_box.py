"""The frame of head and neck in a fixed number of voxels of a fixed size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import PositiveFloat, model_validator

from hyoid.geometry import Box, Triple, Volume
from hyoid.imaging.frames.field_of_view import field_of_view
from hyoid.imaging.frames.located import Located
from hyoid.imaging.frames.neck_box import box_below_vertex, notes_on_head
from hyoid.imaging.frames.voxels import Size, fewer_voxels
from hyoid.imaging.head import find_head
from hyoid.settings import Settings

WHOLE = 1e-6
"""How far, in voxels, an edge may be from a whole number of them."""

NO_HEAD = (
    "No head in view: the box lies in the middle of the field of view and begins at the high end of the world's z "
    "axis, which is taken as cranial."
)
"""The note on a case whose box hangs from no head."""


class FixedBox(Settings):
    """A box of exactly `size_mm` (x, y, z) at `spacing_mm`, hung from the head as `NeckBox` is.

    Every case has the same number of voxels of the same size: what lies outside the images is filled with the channels'
    outside values. Where no head is found (a chest scan), the box keeps its size, lies in the middle of the field of
    view in x and y, begins at its high end along z, and a note says so: `NeckBox` shows the whole field there, which no
    fixed number of voxels can.

    Raises
    ------
    ValueError
        If an edge is no whole number of voxels.
    """

    name: Literal["fixed_box"] = "fixed_box"
    size_mm: tuple[PositiveFloat, PositiveFloat, PositiveFloat] = (288.0, 288.0, 288.0)
    spacing_mm: tuple[PositiveFloat, PositiveFloat, PositiveFloat] = (1.0, 1.0, 1.0)

    @model_validator(mode="after")
    def _whole_voxels(self) -> Self:
        for axis, length, spacing in zip("xyz", self.size_mm, self.spacing_mm, strict=True):
            count = max(1, round(length / spacing))
            if abs(length / spacing - count) > WHOLE:
                raise ValueError(
                    f"{length:g} mm along {axis} is no whole number of voxels of {spacing:g} mm; "
                    f"{count * spacing:g} mm is"
                )
        return self

    def locate(self, images: Mapping[str, Volume]) -> Located:
        """Return the frame's grid for a case's images (`ct`, `pet`).

        Raises
        ------
        ImageError
            If there is neither CT nor PET.
        """
        # The notes on the field of view do not hold here: this box is not cut at its borders.
        field, _ = field_of_view(images)
        head = find_head(images.get("pet"), images.get("ct"))
        if head is None:
            return Located(_box_below_end(field, self.size_mm).grid(self.spacing_mm), (NO_HEAD,))
        return Located(box_below_vertex(head, field, self.size_mm).grid(self.spacing_mm), notes_on_head(head, images))

    def coarser(self, factor: float, divisor: int = 1, least: int = 1) -> Self:
        """Return the same box in fewer, larger voxels by `factor`.

        Their number along each axis is the nearest multiple of `divisor` that is `least` or more.
        """
        counts = fewer_voxels(self._size_voxels, factor, divisor, least)
        x, y, z = (length / count for length, count in zip(self.size_mm, counts, strict=True))
        return self.model_copy(update={"spacing_mm": (x, y, z)})

    def voxels(self) -> tuple[int, int, int]:
        """Return the shape (z, y, x) that every case has."""
        x, y, z = self._size_voxels
        return z, y, x

    @property
    def _size_voxels(self) -> Size:
        x, y, z = (round(length / spacing) for length, spacing in zip(self.size_mm, self.spacing_mm, strict=True))
        return x, y, z


def _box_below_end(field: Box, size_mm: Triple) -> Box:
    x, y, _ = ((low + high) / 2 for low, high in zip(field.lower, field.upper, strict=True))
    return Box.around((x, y, field.upper[2] - size_mm[2] / 2), size_mm)
