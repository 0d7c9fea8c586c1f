"""The frame of the PET's whole cross-section from the cranial end down, in a fixed number of voxels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import PositiveFloat, PositiveInt

from hyoid.geometry import Box, Volume
from hyoid.imaging.frames.field_of_view import field_of_view, shared_view
from hyoid.imaging.frames.located import UPSIDE_DOWN, Located
from hyoid.imaging.frames.voxels import divided, fewer_voxels
from hyoid.imaging.head import find_head
from hyoid.settings import Settings

TOLERANCE_MM = 1e-3
"""A field longer than asked by no more than this is not cut: headers keep positions in single precision."""


class AxialCrop(Settings):
    """The cranial `length_mm` of what CT and PET share, divided into exactly `size_voxels` (x, y, z) voxels.

    For networks that look at a whole case at once. In x and y it is the PET's field of view: a CT that is narrower is
    filled with air, a wider one is cut. In z it is what CT and PET share, and only the cranial `length_mm` of that
    where it is longer. The published "resample the CT to the PET, crop, resize" so becomes one interpolation. Which
    end is cranial is told by the head; without one, +z is taken to be, as it is in LPS, and a note says so.

    Of one image alone the frame is the crop of its own box; images that hardly overlap give the CT's (`field_of_view`).
    """

    name: Literal["axial_crop"] = "axial_crop"
    length_mm: PositiveFloat = 516.0
    size_voxels: tuple[PositiveInt, PositiveInt, PositiveInt] = (192, 192, 192)

    def locate(self, images: Mapping[str, Volume]) -> Located:
        """Return the frame's grid for a case's images (`ct`, `pet`).

        Raises
        ------
        ImageError
            If there is neither CT nor PET.
        """
        box, notes = field_of_view(images)
        if shared_view(images) is not None:
            pet = Box.of_grid(images["pet"].grid)
            box = Box((*pet.lower[:2], box.lower[2]), (*pet.upper[:2], box.upper[2]))
        if box.size_mm[2] > self.length_mm + TOLERANCE_MM:
            box, found = self._cranial_part(box, images)
            notes = (*notes, *found)
        return Located(divided(box, self.size_voxels), notes)

    def coarser(self, factor: float, divisor: int = 1, least: int = 1) -> Self:
        """Return the frame with fewer voxels by `factor`, a multiple of `divisor`, `least` or more along each axis."""
        return self.model_copy(update={"size_voxels": fewer_voxels(self.size_voxels, factor, divisor, least)})

    def voxels(self) -> tuple[int, int, int]:
        """Return the shape (z, y, x) that every case has."""
        x, y, z = self.size_voxels
        return z, y, x

    def _cranial_part(self, box: Box, images: Mapping[str, Volume]) -> tuple[Box, tuple[str, ...]]:
        # The head is looked for only here, where which end it lies at makes a difference.
        head = find_head(images.get("pet"), images.get("ct"))
        if head is not None and head.cranial < 0:
            return Box(box.lower, (*box.upper[:2], box.lower[2] + self.length_mm)), (UPSIDE_DOWN,)
        note = f"No head in view: the {self.length_mm:g} mm at the high end of the world's z axis are taken as cranial."
        part = Box((*box.lower[:2], box.upper[2] - self.length_mm), box.upper)
        return part, (note,) if head is None else ()
