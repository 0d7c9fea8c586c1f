"""What a frame answers: a grid, and what a reader should know about how it came about."""

from __future__ import annotations

from dataclasses import dataclass

from hyoid.geometry import Grid


@dataclass(frozen=True, slots=True)
class Located:
    """A grid for one case; `notes` are sentences on whatever was not as expected (empty: all was)."""

    grid: Grid
    notes: tuple[str, ...] = ()
