"""What a semi-automatic method gives back: a mask, its threshold, and what is to be known of it."""

from __future__ import annotations

from dataclasses import dataclass

from hyoid.geometry import Volume


@dataclass(frozen=True, slots=True, eq=False)
class Contour:
    """A semi-automatic contour.

    Parameters
    ----------
    mask
        uint8 (z, y, x), 1 inside, on the grid of the image that was contoured; never empty.
    notes
        What is to be known before it is used, in sentences.
    threshold_suv
        The threshold that came out, in the image's unit, of methods that have one.
    """

    mask: Volume
    notes: tuple[str, ...]
    threshold_suv: float | None = None
