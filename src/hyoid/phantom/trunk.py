"""Chest, belly and pelvis: seen in part by every scan and whole at centres that scan the whole body."""

from __future__ import annotations

import numpy as np

from hyoid.phantom.build import Build, Uptake
from hyoid.phantom.shapes import Profile, capsule, chain, ellipsoid
from hyoid.phantom.tissue import Array, Shape, Tissue, Value, textured, waves

Sides = (-1, 1)
_CAVITY = [
    (-300, 20, -30, 40), (-318, 62, -38, 62), (-350, 98, -58, 82), (-400, 122, -76, 92), (-480, 132, -86, 93),
    (-560, 132, -84, 90), (-640, 130, -82, 80), (-740, 128, -82, 76), (-860, 118, -76, 84), (-940, 70, -60, 70),
]  # fmt: skip


def trunk(rng: np.random.Generator, build: Build, uptake: Uptake) -> list[Shape]:
    """Return the organs from the lungs to the bladder, in the order in which they are painted."""
    cavity = Profile(_CAVITY, 2.4)
    shapes = [_ribs(cavity), cavity.shape(Tissue.FAT, -85.0, 0.45, inset_mm=4)]
    shapes += _chest(rng, uptake) + _belly(rng, uptake) + _pelvis(uptake)
    if build.brown_fat:
        shapes += _brown_fat(rng)
    return shapes


def _ribs(cavity: Profile) -> Shape:
    wall = cavity.distance()

    def distance(x: Array, y: Array, z: Array) -> Array:
        depth = wall(x, y, z)
        shell = np.abs(depth - 1.0) - 4.5
        slant = np.cos((z - 0.45 * y) * np.float32(2 * np.pi / 25.0))
        return np.asarray(
            np.maximum(np.maximum(shell, (0.1 - slant) * 5.0), np.maximum(-620.0 - z, z + 310.0)), np.float32
        )

    low, high = -620.0, -300.0
    return Shape(Tissue.BONE, (-150, -105, low), (150, 110, high), distance, 420.0, 0.9)


def _chest(rng: np.random.Generator, uptake: Uptake) -> list[Shape]:
    shapes = [_lung(s, textured(-830.0, 35.0, waves(rng, 16.0, 6))) for s in Sides]
    shapes += [
        ellipsoid(Tissue.MUSCLE, (2, -8, -420), (30, 42, 90), 35.0, 0.9),
        capsule(Tissue.VESSEL, (6, -30, -430), (8, -22, -378), 15, 42.0, uptake.blood),
        capsule(Tissue.VESSEL, (8, -22, -374), (24, 28, -382), 13, 42.0, uptake.blood),
        capsule(Tissue.VESSEL, (22, 30, -386), (14, 24, -640), 12, 42.0, uptake.blood),
        capsule(Tissue.VESSEL, (-22, -24, -340), (-20, -22, -440), 9, 42.0, uptake.blood),
        ellipsoid(Tissue.HEART, (24, -36, -490), (50, 44, 50), 42.0, uptake.blood),
        ellipsoid(Tissue.HEART, (36, -38, -498), (36, 33, 40), 45.0, uptake.heart),
        ellipsoid(Tissue.VESSEL, (38, -40, -496), (21, 19, 26), 42.0, uptake.blood),
        capsule(Tissue.BONE, (0, -62, -322), (0, -96, -480), 6, 320.0, 1.0, (2.0, 1.0, 1.0)),
        capsule(Tissue.AIRWAY, (0, 12, -404), (-32, 14, -436), 6, -950.0, 0.2),
        capsule(Tissue.AIRWAY, (0, 12, -404), (36, 18, -440), 6, -950.0, 0.2),
    ]
    return shapes


def _lung(side: int, hu: Value) -> Shape:
    lung = Profile(
        [
            (-296, 5, -2, 30), (-306, 16, -12, 44), (-325, 27, -30, 60), (-355, 38, -48, 76), (-410, 48, -62, 84),
            (-500, 55, -72, 88), (-550, 54, -66, 90), (-580, 40, -20, 88), (-598, 12, 40, 80),
        ],
        2.2,
    )  # fmt: skip
    base = lung.distance()

    def distance(x: Array, y: Array, z: Array) -> Array:
        drift = np.interp(-z, [296, 330, 420], [30, 44, 66]).astype(np.float32)
        return base(x - side * drift, y, z)

    low, high = sorted((side * 8.0, side * 135.0))
    return Shape(Tissue.LUNG, (low, -90, -604), (high, 100, -290), distance, hu, 0.4)


def _belly(rng: np.random.Generator, uptake: Uptake) -> list[Shape]:
    texture = waves(rng, 40.0, 6)
    shapes = [
        ellipsoid(Tissue.LIVER, (-62, -4, -594), (76, 72, 62), 58.0, textured(uptake.liver, 0.03, texture)),
        ellipsoid(Tissue.LIVER, (10, -40, -580), (60, 34, 32), 58.0, textured(uptake.liver, 0.03, texture)),
        ellipsoid(Tissue.SPLEEN, (98, 40, -588), (28, 38, 44), 50.0, 0.85 * uptake.liver),
        ellipsoid(Tissue.BOWEL, (62, -30, -600), (40, 32, 36), 35.0, 0.7 * uptake.bowel),
    ]
    for s in Sides:
        shapes += [
            ellipsoid(Tissue.KIDNEY, (s * 66, 46, -664), (30, 28, 54), 35.0, uptake.kidney),
            ellipsoid(Tissue.KIDNEY, (s * 60, 42, -664), (13, 12, 26), 15.0, 1.6 * uptake.kidney),
        ]
    for x in np.linspace(-80, 80, 5):
        for z in (-700.0, -750.0, -800.0):
            place = (x + rng.normal(0, 8), -34 + rng.normal(0, 14), z + rng.normal(0, 8))
            suv = float(uptake.bowel * rng.uniform(0.4, 1.2))
            shapes.append(ellipsoid(Tissue.BOWEL, place, (20, 20, 18), 30.0, suv))
    return shapes


def _pelvis(uptake: Uptake) -> list[Shape]:
    shapes = [
        ellipsoid(Tissue.BONE, (0, 58, -790), (48, 20, 50), 300.0, uptake.marrow),
        ellipsoid(Tissue.BLADDER, (0, -32, -908), (38, 34, 32), 8.0, uptake.bladder),
        ellipsoid(Tissue.MUSCLE, (0, 10, -950), (60, 60, 30), 50.0, 0.8),
    ]
    for s in Sides:
        shapes += chain(
            Tissue.BONE, [(s * 48, 58, -790), (s * 104, 20, -780), (s * 96, 4, -850), (s * 92, 4, -892)], 11, 380.0,
            uptake.marrow, (1.0, 1.6, 1.0),
        )  # fmt: skip
        shapes += chain(Tissue.BONE, [(s * 90, 0, -895), (s * 40, -40, -926), (s * 6, -46, -930)], 9, 400.0, 0.9)
        shapes.append(ellipsoid(Tissue.BONE, (s * 94, 4, -892), (23, 23, 23), 330.0, 0.9))
    return shapes


def _brown_fat(rng: np.random.Generator) -> list[Shape]:
    suv = rng.uniform(3.0, 8.0)
    shapes = []
    for s in Sides:
        for x, y, z, r in ((60, 0, -306, 11), (84, 2, -312, 9), (40, 34, -286, 7), (30, 50, -400, 6)):
            shapes.append(ellipsoid(Tissue.BROWN_FAT, (s * x, y, z), (r, r, 0.7 * r), -85.0, suv))
    return shapes
