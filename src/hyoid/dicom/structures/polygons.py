"""Which points of a plane lie in a set of closed polygons: the one rule by which contours become voxels.

A point is inside where a ray from it crosses the polygons' edges an odd number of times, all contours of the plane
counted together, or where it lies on an edge. The first is how a hole is told from an island; the second is the
standard's word: points along the path of a contour are part of the ROI (DICOM PS3.3, C.8.8.6.3).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ON_PATH_MM = 0.01
"""A voxel centre this near to an edge lies on it: contour data are commonly written with two decimals, and software
that traces pixel centres means those pixels to be inside."""

_CHUNK = 2**21
"""Pairs of point and edge that are looked at at once, to bound memory."""

Points = NDArray[np.float64]


def fill(polygons: Sequence[Points], spacing: tuple[float, float], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which pixels have their centre inside the polygons, or on one of their edges.

    Parameters
    ----------
    polygons
        Vertices (n, 2) as (x, y) in mm, each closed by itself; pixel (i, j) has its centre at (j * dx, i * dy).
    spacing
        Distance of pixel centres along x and y, mm.
    shape
        Rows and columns of the result.
    """
    inside = np.zeros(shape, bool)
    if not polygons:
        return inside
    start, end = (np.concatenate(part) / spacing for part in zip(*map(_edges, polygons), strict=True))
    low, high = _ordered(start, end)
    rows, crossings, _ = _crossings(low, high, shape[0])
    columns = np.clip(np.ceil(crossings), 0, shape[1]).astype(np.int64)
    toggles = np.bincount(rows * (shape[1] + 1) + columns, minlength=shape[0] * (shape[1] + 1))
    inside |= (np.cumsum(toggles.reshape(shape[0], -1), axis=1)[:, :-1] % 2).astype(bool)
    _mark_path(inside, start, end, (ON_PATH_MM / spacing[0], ON_PATH_MM / spacing[1]))
    _mark_path(inside.T, start[:, ::-1], end[:, ::-1], (ON_PATH_MM / spacing[1], ON_PATH_MM / spacing[0]))
    return inside


def contains(points: Points, polygons: Sequence[Points]) -> NDArray[np.bool_]:
    """Return which points (n, 2) are inside the polygons (m, 2) or on one of their edges; the same rule as `fill`."""
    return signed_distance(points, polygons) >= -ON_PATH_MM


def signed_distance(points: Points, polygons: Sequence[Points]) -> NDArray[np.float64]:
    """Return each point's distance to the nearest edge, mm: positive inside, negative outside."""
    start, end = (np.concatenate(part) for part in zip(*map(_edges, polygons), strict=True))
    low, high = _ordered(start, end)
    distance = np.empty(len(points))
    step = max(1, _CHUNK // len(low))
    for first in range(0, len(points), step):
        part = slice(first, first + step)
        x, y = points[part, :1], points[part, 1:]
        rise = np.where(high[:, 1] > low[:, 1], high[:, 1] - low[:, 1], 1.0)
        crossing = low[:, 0] + (y - low[:, 1]) * ((high[:, 0] - low[:, 0]) / rise)
        odd = ((low[:, 1] <= y) & (y < high[:, 1]) & (crossing <= x)).sum(axis=1) % 2 == 1
        along, length = high - low, ((high - low) ** 2).sum(axis=1)
        share = ((x - low[:, 0]) * along[:, 0] + (y - low[:, 1]) * along[:, 1]) / np.where(length > 0, length, 1.0)
        share = np.clip(share, 0.0, 1.0)
        away = np.hypot(x - low[:, 0] - share * along[:, 0], y - low[:, 1] - share * along[:, 1]).min(axis=1)
        distance[part] = np.where(odd, away, -away)
    return distance


def area(polygon: Points) -> float:
    """Return the area that a polygon (n, 2) encloses, mm2, by the shoelace formula; a keyhole's channel counts 0."""
    x, y = (polygon - polygon.mean(axis=0)).T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def partly_overlap(polygons: Sequence[Points], step_mm: float = 0.5) -> bool:
    """Whether two of the polygons overlap without one holding the other, seen on a lattice of `step_mm`.

    Then even-odd takes out what they share, which the person who drew them may not have meant.
    """
    boxes = [(polygon.min(axis=0), polygon.max(axis=0)) for polygon in polygons]
    for i, one in enumerate(polygons):
        for j in range(i):
            low, high = np.maximum(boxes[i][0], boxes[j][0]), np.minimum(boxes[i][1], boxes[j][1])
            if (low >= high).any():
                continue
            origin = np.minimum(boxes[i][0], boxes[j][0])
            x, y = np.ceil((np.maximum(boxes[i][1], boxes[j][1]) - origin) / step_mm).astype(int) + 1
            first, second = (fill([each - origin], (step_mm, step_mm), (y, x)) for each in (one, polygons[j]))
            # a lattice point on the common border of two neighbours lies on both: what they share must have a width
            shared = _eroded(first & second)
            if shared.any() and _eroded(first & ~second).any() and _eroded(second & ~first).any():
                return True
    return False


def _eroded(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the lattice squares whose four corners are all in the mask."""
    whole: NDArray[np.bool_] = mask[1:, 1:] & mask[:-1, 1:] & mask[1:, :-1] & mask[:-1, :-1]
    return whole


def _edges(polygon: Points) -> tuple[Points, Points]:
    return polygon, np.roll(polygon, -1, axis=0)


def _ordered(start: Points, end: Points) -> tuple[Points, Points]:
    """Return each edge's lower and upper end: an edge gone twice, to and fro, is so crossed at the very same place."""
    turned = (start[:, 1] > end[:, 1]) | ((start[:, 1] == end[:, 1]) & (start[:, 0] > end[:, 0]))
    return np.where(turned[:, None], end, start), np.where(turned[:, None], start, end)


def _crossings(
    low: Points, high: Points, count: int, slack: float = 0.0
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Return row, place and edge of every crossing of an edge with a line y = 0 ... count - 1.

    An edge holds its lower end and not its upper one, so that a vertex counts once. With `slack` it holds both, and
    reaches as much farther.
    """
    if slack:
        first, last = np.ceil(low[:, 1] - slack), np.floor(high[:, 1] + slack)
    else:
        first, last = np.ceil(low[:, 1]), np.ceil(high[:, 1]) - 1
    first = np.clip(first, 0, count).astype(np.int64)
    last = np.clip(last, -1, count - 1).astype(np.int64)
    number = np.maximum(last - first + 1, 0)
    edge = np.repeat(np.arange(len(low)), number)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(number) - number, number) + first[edge]
    rise = (high[:, 1] - low[:, 1])[edge]
    share = np.divide(row - low[edge, 1], rise, out=np.zeros(len(edge)), where=rise > 0)
    share = np.clip(share, 0.0, 1.0)
    return row, low[edge, 0] + share * (high - low)[edge, 0], edge


def _mark_path(inside: NDArray[np.bool_], start: Points, end: Points, tolerance: tuple[float, float]) -> None:
    """Set, in place, the pixels whose centre lies on an edge, for edges that are steeper than they are flat.

    Seen with rows and columns exchanged the others are so too.
    """
    run = np.abs(end - start) / tolerance
    steep = run[:, 1] >= run[:, 0]
    low, high = _ordered(start[steep], end[steep])
    row, place, _ = _crossings(low, high, inside.shape[0], slack=tolerance[1])
    column = np.rint(place).astype(np.int64)
    on = (np.abs(place - column) <= tolerance[0]) & (column >= 0) & (column < inside.shape[1])
    inside[row[on], column[on]] = True
