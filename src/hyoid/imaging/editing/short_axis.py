"""The short axis of a region in a plane: the greatest diameter perpendicular to the longest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

Points = NDArray[np.float64]

TIE = 1e-9
"""Relative difference below which two diameters are equally long."""


def axes_mm(mask: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> tuple[float, float]:
    """Return the longest diameter of a region of pixels and the greatest one perpendicular to it, mm.

    The region is the convex hull of its pixels with their full extent, as callipers are laid on an outline. The longest
    diameter joins the two points of it that are farthest apart; the short axis is the longest chord at a right angle to
    it. If several diameters are longest (as the diagonals of a square) the one with the longest such chord counts.

    Parameters
    ----------
    mask
        Pixels (rows, columns), at least one.
    spacing_mm
        Distance between pixel centres along (rows, columns).
    """
    corners = _hull(mask, spacing_mm)
    away = corners[:, None] - corners[None]
    lengths = np.sqrt((away**2).sum(axis=-1))
    longest = float(lengths.max())
    first, second = np.nonzero(np.triu(lengths >= longest * (1 - TIE)))
    short = max(_widest_chord(corners, away[i, j] / lengths[i, j]) for i, j in zip(first, second, strict=True))
    return longest, short


def _hull(mask: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> Points:
    """Return the corners (n, 2) of the convex hull, in order around it."""
    rows, columns = np.nonzero(mask)
    pixels = np.stack([rows, columns], axis=-1).astype(np.float64)
    steps = np.array([[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [0.5, 0.5]])
    points = np.unique((pixels[:, None] + steps).reshape(-1, 2), axis=0) * spacing_mm
    return np.asarray(points[ConvexHull(points).vertices])


def _widest_chord(corners: Points, along: NDArray[np.float64]) -> float:
    """Return the longest chord of a convex polygon at a right angle to a direction.

    The chord's length is a concave function of where it lies and bends only at corners: one of them has the greatest.
    """
    places = corners @ along
    heights = corners @ np.array([-along[1], along[0]])
    return max(_chord(places, heights, place) for place in places)


def _chord(places: NDArray[np.float64], heights: NDArray[np.float64], at: float) -> float:
    """Return the length of the polygon's chord at one place along the long axis."""
    crossings = [height for place, height in zip(places, heights, strict=True) if place == at]
    for i in range(len(places)):
        a, b = places[i - 1], places[i]
        if (a - at) * (b - at) < 0:
            part = (at - a) / (b - a)
            crossings.append(heights[i - 1] + part * (heights[i] - heights[i - 1]))
    return float(max(crossings) - min(crossings))
