"""Where the head is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hyoid.geometry import Box, Triple, Volume
from hyoid.imaging.brain_ct import brain_in_ct
from hyoid.imaging.brain_pet import brain_in_pet
from hyoid.imaging.brain_site import Site, midline

SCALP_AND_SKULL_MM = 15.0
"""From the brain's upper end to the vertex of the head: scalp 5-7 mm, skull 6-8 mm, meninges 2 mm."""


@dataclass(frozen=True, slots=True)
class Head:
    """A head found in an image, in LPS mm.

    Parameters
    ----------
    brain
        Bounding box of the brain as far as it is in view.
    centre_mm
        Centroid of the brain (x, y, z).
    top_mm
        World z of the vertex, the skin at the top of the head; where the field of view cuts the brain, the field's end.
    cranial
        +1 where the world's +z points to the top of the head, as it should in LPS; -1 where the anatomy contradicts.
    axis_mm
        Mid position (x, y) of head and neck, from the brain 180 mm down.
    cut
        Whether the field of view ends within the brain.
    source
        Which image the brain was found in.
    """

    brain: Box
    centre_mm: Triple
    top_mm: float
    cranial: Literal[1, -1]
    axis_mm: tuple[float, float]
    cut: bool
    source: Literal["pet", "ct"]


def find_head(pet: Volume | None, ct: Volume | None = None) -> Head | None:
    """Find the head by the brain: in the PET, else by the skull in the CT; None where neither shows one.

    Everything happens on coarse axis-aligned grids in world coordinates, so that the order and direction of the
    arrays do not matter. In the PET the brain is a warm blob of a brain's size that fills the cross-section of the body
    and has no body beyond it; in a CT that covers it, it is surrounded by bone. That tells it from bladder, heart,
    liver, kidneys, tumours and an extravasated injection, wherever in the scan they lie. Uptake is judged against the
    scan's own median, so that the unit does not matter.
    """
    if pet is not None:
        site = brain_in_pet(pet, ct)
        if site is not None:
            return _head(site, "pet")
    if ct is not None:
        site = brain_in_ct(ct)
        if site is not None:
            return _head(site, "ct")
    return None


def _head(site: Site, source: Literal["pet", "ct"]) -> Head:
    field = Box.of_grid(site.grid)
    if site.cranial > 0:
        end, top = site.box.upper[2], field.upper[2]
        top = top if site.cut else min(top, end + SCALP_AND_SKULL_MM)
    else:
        end, top = site.box.lower[2], field.lower[2]
        top = top if site.cut else max(top, end - SCALP_AND_SKULL_MM)
    return Head(site.box, site.centre_mm, top, site.cranial, midline(site), site.cut, source)
