"""The primitives of the anatomy: ellipsoids, capsules, chains and profiles, all as implicit functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from hyoid.phantom.tissue import Array, Field, Shape, Tissue, Value

Point = tuple[float, float, float]
_MARGIN_MM = 6.0


def ellipsoid_distance(centre: Point, radii: Point) -> Field:
    """Approximate signed distance to an ellipsoid: exact at its surface, right in slope across it."""
    cx, cy, cz = centre
    ax, ay, az = (1.0 / r for r in radii)

    def distance(x: Array, y: Array, z: Array) -> Array:
        u, v, w = (x - cx) * ax, (y - cy) * ay, (z - cz) * az
        u2, v2, w2 = u * u, v * v, w * w
        squared = u2 + v2 + w2
        gradient = u2 * (ax * ax) + v2 * (ay * ay) + w2 * (az * az)
        k = np.sqrt(squared)
        return np.asarray(k * (k - 1.0) / np.sqrt(gradient + 1e-9), np.float32)

    return distance


def ellipsoid(
    tissue: Tissue, centre: Point, radii: Point, hu: Value | None, suv: Value | None, margin_mm: float = _MARGIN_MM
) -> Shape:
    """Return an axis-aligned ellipsoid."""
    lower = _offset(centre, radii, -1, margin_mm)
    upper = _offset(centre, radii, 1, margin_mm)
    return Shape(tissue, lower, upper, ellipsoid_distance(centre, radii), hu, suv)


def capsule_distance(start: Point, end: Point, radius: float, flat: Point = (1.0, 1.0, 1.0)) -> Field:
    """Distance to a rod with round ends; `flat` stretches its cross-section along x, y, z."""
    scale = np.asarray(flat, np.float32)
    a = np.asarray(start, np.float32) / scale
    b = np.asarray(end, np.float32) / scale
    axis = b - a
    length2 = float(axis @ axis) or 1.0

    def distance(x: Array, y: Array, z: Array) -> Array:
        u, v, w = x / scale[0] - a[0], y / scale[1] - a[1], z / scale[2] - a[2]
        t = np.clip((u * axis[0] + v * axis[1] + w * axis[2]) / length2, 0.0, 1.0)
        u, v, w = u - t * axis[0], v - t * axis[1], w - t * axis[2]
        return np.asarray(np.sqrt(u * u + v * v + w * w) - radius, np.float32)

    return distance


def capsule(
    tissue: Tissue,
    start: Point,
    end: Point,
    radius: float,
    hu: Value | None,
    suv: Value | None,
    flat: Point = (1.0, 1.0, 1.0),
) -> Shape:
    """Return a rod from `start` to `end`."""
    reach = tuple(radius * f for f in flat)
    low = tuple(min(p, q) for p, q in zip(start, end, strict=True))
    high = tuple(max(p, q) for p, q in zip(start, end, strict=True))
    lower = _offset(_point(low), _point(reach), -1, _MARGIN_MM)
    upper = _offset(_point(high), _point(reach), 1, _MARGIN_MM)
    return Shape(tissue, lower, upper, capsule_distance(start, end, radius, flat), hu, suv)


def chain(
    tissue: Tissue,
    points: Sequence[Point],
    radius: float,
    hu: Value | None,
    suv: Value | None,
    flat: Point = (1.0, 1.0, 1.0),
) -> list[Shape]:
    """Return rods through `points`: jaws, muscles, collar bones."""
    return [capsule(tissue, p, q, radius, hu, suv, flat) for p, q in pairwise(points)]


def within(shape: Shape, solid: Field) -> Shape:
    """Return the part of a shape that lies inside `solid`."""

    def distance(x: Array, y: Array, z: Array) -> Array:
        return np.asarray(np.maximum(shape.distance(x, y, z), solid(x, y, z)), np.float32)

    return replace(shape, distance=distance)


class Profile:
    """A solid given by its outline: half-width, front and back (y) as functions of height z.

    `knots` are rows (z, half-width, front y, back y) from top to bottom; in between the outline runs smoothly. Each
    axial section is a superellipse of the given exponent, so the outline is what coronal and sagittal views show.
    """

    def __init__(self, knots: Sequence[tuple[float, float, float, float]], exponent: float = 2.3) -> None:
        from scipy.interpolate import PchipInterpolator

        table = np.asarray(sorted(knots), np.float64)
        self.low, self.high = float(table[0, 0]), float(table[-1, 0])
        self.outline = PchipInterpolator(table[:, 0], table[:, 1:])
        self.exponent = exponent
        self.reach = (float(table[:, 1].max()), float(table[:, 2].min()), float(table[:, 3].max()))

    def distance(self, inset_mm: float = 0.0) -> Field:
        """Return the signed distance to the surface moved inwards by `inset_mm`."""
        power = np.float32(self.exponent)

        def field(x: Array, y: Array, z: Array) -> Array:
            outline = self.outline(np.clip(z, self.low, self.high)).astype(np.float32)
            half = np.maximum(outline[..., 0] - inset_mm, 1.0)
            front, back = outline[..., 1] + inset_mm, outline[..., 2] - inset_mm
            middle, depth = (front + back) / 2, np.maximum((back - front) / 2, 1.0)
            k = np.abs(x / half) ** power + np.abs((y - middle) / depth) ** power
            across = (k ** (1 / power) - 1.0) * np.minimum(half, depth)
            ends = np.maximum(self.low + inset_mm - z, z - self.high + inset_mm)
            return np.asarray(np.maximum(across, ends), np.float32)

        return field

    def shape(self, tissue: Tissue, hu: Value | None, suv: Value | None, inset_mm: float = 0.0) -> Shape:
        """Return the solid as a shape."""
        half, front, back = self.reach
        return Shape(
            tissue,
            (-half - _MARGIN_MM, front - _MARGIN_MM, self.low - _MARGIN_MM),
            (half + _MARGIN_MM, back + _MARGIN_MM, self.high + _MARGIN_MM),
            self.distance(inset_mm),
            hu,
            suv,
        )


def _offset(point: Point, radii: Point, sign: int, margin: float) -> Point:
    x, y, z = (c + sign * (r + margin) for c, r in zip(point, radii, strict=True))
    return x, y, z


def _point(values: Sequence[float]) -> Point:
    x, y, z = values
    return x, y, z
