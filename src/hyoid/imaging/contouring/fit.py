"""How a contour fits its box: what tells a cut-off or boundless one."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.geometry import Grid

MOSTLY = 0.9
"""Share of the box that a contour may fill before a note says that there is no background in it."""


def fit_notes(mask: NDArray[np.bool_], grid: Grid, of: Literal["box", "image"] = "box") -> tuple[str, ...]:
    """Say which sides of the box a mask (z, y, x) in it reaches, and whether it fills it; `grid` gives directions.

    Where there is no box, the mask lies in the whole image, and the sides are those `of` the image.
    """
    notes = []
    sides = [_side(grid, axis, end) for axis in range(3) for end in (0, -1) if mask.take(end, axis).any()]
    if sides:
        notes.append(
            f"The contour reaches {len(sides)} of the {of}'s 6 sides ({', '.join(sides)}): it is cut off there, "
            "or the method found no border."
        )
    share = np.count_nonzero(mask) / mask.size
    if share > MOSTLY:
        notes.append(f"The contour fills {share:.0%} of the {of}: there is hardly any background in it.")
    return tuple(notes)


_NAMES = (("right", "left"), ("anterior", "posterior"), ("inferior", "superior"))
"""The patient's sides towards which the axes x, y, z of LPS fall and rise."""


def _side(grid: Grid, array_axis: int, end: int) -> str:
    """Name the patient's side at one end of an array's axis."""
    column = grid.matrix[:, 2 - array_axis]
    world = int(np.abs(column).argmax())
    rises = (column[world] > 0) == (end == -1)
    return _NAMES[world][int(rises)]
