"""A coarse manikin of ellipsoids, independent of the phantom: where its parts lie is known exactly."""

from __future__ import annotations

import numpy as np

from hyoid.geometry import Box, Grid, Volume

VERTEX_Z = 800.0
BRAIN_CENTRE = (0.0, 0.0, 722.0)


def _ellipsoid(points: tuple, centre: tuple, radii: tuple) -> np.ndarray:
    return sum(((p - c) / r) ** 2 for p, c, r in zip(points, centre, radii, strict=True)) < 1


def _cylinder(points: tuple, low: float, high: float, centre: tuple, radii: tuple) -> np.ndarray:
    x, y, z = points
    inside = ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2 < 1
    return inside & (z >= low) & (z < high)


def manikin(grid: Grid, *, brain_suv: float = 8.0, arms_up: bool = False) -> tuple[Volume, Volume]:
    """Return (ct, pet) on `grid`; the patient lies in the world with the vertex at z = 800 mm, feet towards -z."""
    index = np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij")
    world = grid.to_world(np.stack(index[::-1], axis=-1))
    p = tuple(np.moveaxis(world, -1, 0))
    hu, suv = np.full(grid.shape, -1000.0), np.zeros(grid.shape)

    def add(where: np.ndarray, value_hu: float | None, value_suv: float | None) -> None:
        if value_hu is not None:
            hu[where] = value_hu
        if value_suv is not None:
            suv[where] = value_suv

    add(_cylinder(p, -200, 520, (0, 10, 0), (180, 110)), 40, 0.8)  # trunk
    add(_cylinder(p, 500, 660, (0, 10, 0), (60, 65)), 40, 0.9)  # neck
    add(_ellipsoid(p, (0, 0, 690), (80, 100, 110)), 40, 0.9)  # head
    if arms_up:
        for side in (-1, 1):
            add(_cylinder(p, 500, 900, (side * 135, 0, 0), (40, 40)), 40, 0.8)
    add(_ellipsoid(p, BRAIN_CENTRE, (74, 92, 70)), 900, 0.9)  # skull
    add(_ellipsoid(p, BRAIN_CENTRE, (66, 84, 62)), 35, brain_suv)
    for side in (-1, 1):
        add(_ellipsoid(p, (side * 90, 10, 400), (65, 85, 110)), -800, 0.4)  # lungs
        add(_ellipsoid(p, (side * 70, 60, 130), (30, 35, 55)), 35, 6.0)  # kidneys
        add(_ellipsoid(p, (side * 100, 40, -60), (35, 60, 90)), 500, 1.0)  # iliac bones
    add(_ellipsoid(p, (20, -20, 340), (45, 45, 50)), 40, 6.0)  # heart
    add(_ellipsoid(p, (-70, 0, 220), (90, 80, 80)), 55, 2.3)  # liver
    add(_ellipsoid(p, (0, -30, -80), (55, 45, 45)), 10, 40.0)  # bladder
    add(_ellipsoid(p, (30, -20, 600), (16, 16, 20)), 40, 18.0)  # tumour
    add(_ellipsoid(p, (-150, 0, 300), (15, 15, 20)), 40, 150.0)  # extravasation
    return Volume(hu.astype(np.float32), grid), Volume(suv.astype(np.float32), grid)


def field(low_z: float, high_z: float, spacing: tuple = (5.0, 5.0, 5.0), half_width: float = 230.0) -> Grid:
    """Return an axis-aligned grid between two heights."""
    return Box((-half_width, -half_width, low_z), (half_width, half_width, high_z)).grid(spacing)
