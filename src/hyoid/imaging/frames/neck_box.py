"""The frame of head and neck, hung from the brain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import PositiveFloat

from hyoid.geometry import Box, Triple, Volume
from hyoid.imaging.frames.field_of_view import field_of_view
from hyoid.imaging.frames.located import UPSIDE_DOWN, Located
from hyoid.imaging.frames.voxels import larger_voxels
from hyoid.imaging.head import Head, find_head
from hyoid.settings import Settings

VERTEX_SKIPPED_MM = 30.0
"""How far below the vertex the box begins. Disease was seen down to 317 mm below the top of the head, and is reported
to 340: a box of 310 mm from the vertex would miss it, from 30 mm on it holds 30-340 mm. The skipped part is scalp,
skull and the vault of the brain, where head and neck cancer does not grow (the frontal sinus starts at 60 mm)."""


class NeckBox(Settings):
    """A box of fixed size, `size_mm` (x, y, z) at `spacing_mm`, that holds head and neck.

    Along z it begins `VERTEX_SKIPPED_MM` below the vertex of the head, or where the first image ends if that is lower,
    and goes caudally. In x, y it is centred on the mid position of head and neck. The size never changes: what lies
    outside the images is filled with the channels' outside values. Where no head is found (a chest scan), the frame
    falls back to the full field of view and says so.

    It differs from the published box (centred on the largest region above one standard deviation within the quarter of
    slices of highest index; clamped to the array) in that the head is found by its own shape wherever it lies, in any
    array order, that its upper end is fixed to the anatomy and not to the scan's length, and that it does not move with
    a hot tumour.
    """

    name: Literal["neck_box"] = "neck_box"
    size_mm: tuple[PositiveFloat, PositiveFloat, PositiveFloat] = (200.0, 200.0, 310.0)
    spacing_mm: tuple[PositiveFloat, PositiveFloat, PositiveFloat] = (1.0, 1.0, 1.0)

    def locate(self, images: Mapping[str, Volume]) -> Located:
        """Return the frame's grid for a case's images (`ct`, `pet`).

        Raises
        ------
        ImageError
            If there is neither CT nor PET.
        """
        field, notes = field_of_view(images)
        head = find_head(images.get("pet"), images.get("ct"))
        if head is None:
            note = "No head in view: the frame is the full field of view instead of the neck box."
            return Located(field.grid(self.spacing_mm), (*notes, note))
        # The notes on the field of view do not hold here: this box is not cut at its borders.
        return Located(box_below_vertex(head, field, self.size_mm).grid(self.spacing_mm), notes_on_head(head, images))

    def coarser(self, factor: float, divisor: int = 1, least: int = 1) -> Self:  # noqa: ARG002
        """Return the frame at `factor` times its spacing; `divisor` and `least` bind only frames of a fixed size."""
        return self.model_copy(update={"spacing_mm": larger_voxels(self.spacing_mm, factor)})

    def voxels(self) -> tuple[int, int, int] | None:
        """Return None: the shape differs from case to case, because a chest scan gets the full view."""
        return None


def box_below_vertex(head: Head, field: Box, size_mm: Triple) -> Box:
    """Return the box of `size_mm` that goes caudally from the head, as `NeckBox` says; `field` is what is in view."""
    sign = head.cranial
    end = field.upper[2] if sign > 0 else field.lower[2]
    top = sign * min(sign * (head.top_mm - (0 if head.cut else sign * VERTEX_SKIPPED_MM)), sign * end)
    x, y = head.axis_mm
    return Box.around((x, y, top - sign * size_mm[2] / 2), size_mm)


def notes_on_head(head: Head, images: Mapping[str, Volume]) -> tuple[str, ...]:
    """Return what a reader should know about how the head was found and lies."""
    notes = []
    if head.source == "ct":
        reason = "no brain stands out in the PET" if "pet" in images else "there is no PET"
        notes.append(f"The head was found by the skull in the CT: {reason}.")
    if head.cranial < 0:
        notes.append(UPSIDE_DOWN)
    if head.cut:
        notes.append("The field of view ends within the brain: the frame begins there.")
    return tuple(notes)
