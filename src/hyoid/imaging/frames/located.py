"""What a frame answers: a grid, and what a reader should know about how it came about."""

from __future__ import annotations

from dataclasses import dataclass

from hyoid.geometry import Grid


@dataclass(frozen=True, slots=True)
class Located:
    """A grid for one case; `notes` are sentences on whatever was not as expected (empty: all was)."""

    grid: Grid
    notes: tuple[str, ...] = ()


UPSIDE_DOWN = (
    "The head lies at the low end of the world's z axis: either the patient lay feet first and the header does "
    "not say so, or the image was turned. The frame follows the anatomy."
)
"""A frame's note on a patient whose anatomy contradicts LPS."""
