"""The part of the world that a case's images show."""

from __future__ import annotations

from collections.abc import Mapping

from hyoid.errors import ImageError
from hyoid.geometry import Box, Volume

MODALITIES = ("ct", "pet")
"""The images that a frame looks at."""

LEAST_SHARED = 0.1
"""Least part of the CT's box that the PET must share: below it the two hardly belong together, and the CT decides."""

LOST_MM = 20.0
"""How far the CT may reach beyond the PET along z before a note says so: two thick slices at either end."""


def field_of_view(images: Mapping[str, Volume]) -> tuple[Box, tuple[str, ...]]:
    """Return the box (LPS mm) that CT and PET share, and notes on what it leaves out.

    Of one image, its own box. Where the two share less than `LEAST_SHARED` of the CT, the CT's box.

    Raises
    ------
    ImageError
        If there is neither CT nor PET.
    """
    boxes = _boxes(images)
    if not boxes:
        raise ImageError.of(f"the images {sorted(images)}", "a CT or a PET", "Name at least one of them.")
    if len(boxes) == 1:
        ((name, box),) = boxes.items()
        return box, (f"No {'PET' if name == 'ct' else 'CT'}: the {name.upper()} alone gives the field of view.",)
    ct, shared = boxes["ct"], shared_view(images)
    if shared is None:
        part = ct.intersection(boxes["pet"]).volume_mm3 / ct.volume_mm3
        return ct, (f"CT and PET share only {part:.0%} of the CT: the CT alone gives the field of view.",)
    lost = ct.size_mm[2] - shared.size_mm[2]
    if lost > LOST_MM:
        return shared, (f"{lost:.0f} mm of the CT along z lie outside the PET and are left out.",)
    return shared, ()


def shared_view(images: Mapping[str, Volume]) -> Box | None:
    """Return the box (LPS mm) that CT and PET share; None if one is absent or they share less than `LEAST_SHARED`."""
    boxes = _boxes(images)
    if len(boxes) < len(MODALITIES):
        return None
    shared = boxes["ct"].intersection(boxes["pet"])
    return shared if shared.volume_mm3 >= LEAST_SHARED * boxes["ct"].volume_mm3 else None


def _boxes(images: Mapping[str, Volume]) -> dict[str, Box]:
    return {name: Box.of_grid(images[name].grid) for name in MODALITIES if name in images}
