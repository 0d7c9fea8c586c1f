"""The neck: spine, muscles, vessels, larynx and airway, thyroid, small normal nodes."""

from __future__ import annotations

import numpy as np

from hyoid.phantom.build import Build, Uptake
from hyoid.phantom.shapes import capsule, chain, ellipsoid, within
from hyoid.phantom.surface import FAT_HU, MUSCLE_HU, deep_profile, neck_profile
from hyoid.phantom.tissue import Shape, Tissue

Sides = (-1, 1)
VERTEBRAE = [(-150.0 - 17.0 * i, 17.0) for i in range(7)] + [(-272.0 - 24.0 * i, 24.0) for i in range(12)]
VERTEBRAE += [(-564.0 - 35.0 * i, 35.0) for i in range(5)]
"""Height of the middle and pitch of C1-C7, T1-T12, L1-L5, mm."""


def spine_y(z: float) -> float:
    """Middle of the vertebral bodies (y, mm): straight neck, rounded chest, hollow loin."""
    return float(np.interp(-z, [0, 150, 220, 270, 330, 420, 520, 620, 720, 900], [8, 8, 9, 14, 32, 48, 44, 30, 26, 40]))


def deep_neck(build: Build, uptake: Uptake) -> list[Shape]:
    """Muscles and vessels in the fat of the neck."""
    m, suv, g = Tissue.MUSCLE, uptake.muscle, build.girth
    profile = neck_profile(build)
    skin = profile.distance(build.fat_mm)
    shapes = [
        profile.shape(m, MUSCLE_HU, suv, inset_mm=build.fat_mm),
        deep_profile(build).shape(Tissue.FAT, FAT_HU, 0.3, inset_mm=min(4.0, build.fat_mm - 2.0)),
        capsule(m, (0, -8, -214), (0, -16, -300), 16, MUSCLE_HU, suv, (1.2, 1.0, 1.0)),
        capsule(m, (0, -38, -228), (0, -42 * g, -300), 7, MUSCLE_HU, suv, (2.2, 0.6, 1.0)),
        ellipsoid(Tissue.SWALLOWING, (0, -52, -216), (30, 24, 7), MUSCLE_HU, uptake.floor * 0.6),
    ]
    for s in Sides:
        shapes += [
            within(capsule(m, (s * 20, 40, -150), (s * 24 * g, 46, -290), 17, MUSCLE_HU, suv, (1.0, 1.1, 1.0)), skin),
            capsule(m, (s * 30 * g, 26, -170), (s * 46 * g, 34, -300), 10, MUSCLE_HU, suv),
            within(capsule(m, (s * 14, 56, -190), (s * 90, 60, -312), 8, MUSCLE_HU, suv, (1.6, 0.8, 1.0)), skin),
            capsule(m, (s * 24, 4, -215), (s * 46, 0, -310), 8, MUSCLE_HU, suv),
            capsule(m, (s * 9, -1, -160), (s * 9, 4, -300), 6, MUSCLE_HU, uptake.longus, (1.3, 0.8, 1.0)),
            *chain(
                m,
                [(s * 52, 18, -160), (s * 47 * g, -4, -225), (s * 20, -38 * g, -304)],
                8.5,
                MUSCLE_HU,
                suv,
                (0.9, 1.3, 1.0),
            ),
            capsule(Tissue.VESSEL, (s * 27, -2, -150), (s * 24, -12, -310), 3.6, 135.0, uptake.blood),
            capsule(Tissue.VESSEL, (s * 34, 3, -150), (s * 31, -8, -310), 5.0, 130.0, uptake.blood),
            ellipsoid(m, (s * 110, 40, -330), (62, 30, 22), MUSCLE_HU, suv),
            ellipsoid(m, (s * 100, -50, -350), (60, 16, 26), MUSCLE_HU, suv),
            ellipsoid(Tissue.FAT, (s * 60, -8, -302), (24, 22, 15), FAT_HU, 0.3),
            ellipsoid(Tissue.THYROID, (s * 17, -27, -277), (8, 9, 19), 130.0, uptake.thyroid),
        ]
    return shapes


def larynx(uptake: Uptake) -> list[Shape]:
    """Soft parts and cartilages of the voice box, hyoid bone."""
    box, gristle = Tissue.LARYNX, Tissue.CARTILAGE
    shapes = [
        ellipsoid(box, (0, -27, -247), (16, 17, 24), 56.0, 0.4 * uptake.larynx + 0.75),
        ellipsoid(box, (0, -15, -258), (11, 6, 7), 56.0, uptake.larynx),
        ellipsoid(gristle, (0, -24, -266), (13, 13, 5), 220.0, 0.8),
    ]
    for s in Sides:
        shapes += [
            capsule(box, (s * 5, -38, -252), (s * 8, -16, -254), 4.5, 58.0, uptake.larynx),
            capsule(gristle, (s * 2, -46, -246), (s * 18, -18, -246), 2.0, 210.0, 0.8, (1.0, 1.0, 6.0)),
        ]
    return shapes


def airway() -> list[Shape]:
    """Return the air column from the soft palate to the carina, and the gap above the tongue."""
    air, hu, suv = Tissue.AIRWAY, -960.0, 0.1
    return [
        ellipsoid(air, (0, -22, -150), (11, 9, 11), hu, suv),
        *chain(air, [(0, -17, -158), (0, -14, -178), (0, -15, -205), (0, -18, -222)], 5.0, hu, suv, (2.0, 1.0, 1.0)),
        *chain(air, [(0, -18, -222), (0, -24, -240), (0, -27, -250)], 4.5, hu, suv, (1.6, 1.0, 1.0)),
        capsule(air, (0, -34, -252), (0, -20, -253), 2.5, hu, suv, (0.9, 1.0, 1.4)),
        *chain(air, [(0, -25, -256), (0, -23, -300), (0, -2, -360), (0, 12, -404)], 8.5, hu, suv),
        ellipsoid(air, (0, -52, -168.5), (14, 18, 2.2), hu, suv),
        *(ellipsoid(air, (s * 14, -16, -236), (4.5, 5, 9), hu, suv) for s in Sides),
    ]


def spine(uptake: Uptake) -> list[Shape]:
    """Vertebrae, discs, canal and cord, hyoid and collar bones."""
    shapes: list[Shape] = []
    for z, pitch in VERTEBRAE:
        grow = float(np.interp(-z, [150, 270, 560, 720], [0.72, 0.8, 1.35, 1.6]))
        y, tall = spine_y(z), pitch / 2
        shapes += [
            ellipsoid(Tissue.CARTILAGE, (0, y, z - tall), (13 * grow, 10 * grow, 6), 85.0, 0.7),
            ellipsoid(Tissue.BONE, (0, y, z), (16 * grow, 13 * grow, tall * 1.05), 520.0, 0.9),
            ellipsoid(Tissue.MARROW, (0, y, z), (13.5 * grow, 10.5 * grow, tall * 0.85), 220.0, uptake.marrow),
            ellipsoid(Tissue.BONE, (0, y + 23 * grow, z - 2), (21 * grow, 9 * grow, tall * 0.62), 420.0, 0.9),
            ellipsoid(Tissue.BONE, (0, y + 38 * grow, z - 6), (4, 13 * grow, tall * 0.5), 380.0, 0.9),
            ellipsoid(Tissue.BONE, (0, y + 12 * grow, z), (26 * grow, 6, tall * 0.35), 350.0, 0.8),
        ]
    canal = [(0.0, spine_y(z) + 17.0 * (0.9 if z > -280 else 1.15), z) for z, _ in VERTEBRAE]
    shapes += chain(Tissue.CSF, canal, 7.5, 15.0, 0.6)
    shapes += chain(Tissue.CORD, canal[:20], 5.0, 38.0, 1.3)
    for s in Sides:
        collar = [(s * 16, -44, -318), (s * 60, -52, -306), (s * 105, -28, -302), (s * 158, -6, -312)]
        shapes += chain(Tissue.BONE, collar, 6.0, 650.0, 0.7)
        shapes += chain(Tissue.MARROW, collar, 3.2, 180.0, uptake.marrow)
        shapes += chain(Tissue.BONE, [(0, -50, -224), (s * 14, -42, -223), (s * 22, -22, -220)], 2.6, 420.0, 0.7)
        shapes += chain(Tissue.BONE, [(s * 86, 78, -322), (s * 130, 60, -330), (s * 160, 30, -326)], 5.0, 500.0, 0.7)
    return shapes


def normal_nodes(rng: np.random.Generator) -> list[Shape]:
    """Small normal nodes in everyone; in half of the patients some are inflamed: hot, oval, with a fatty middle."""
    shapes: list[Shape] = []
    inflamed = rng.random() < 0.5
    for s in Sides:
        for z in rng.uniform(-292, -182, 4):
            r = rng.uniform(2.2, 3.8)
            place = (s * rng.uniform(30, 48), rng.uniform(-6, 16), z)
            shapes.append(ellipsoid(Tissue.BENIGN_NODE, place, (r, r, 1.7 * r), 40.0, rng.uniform(0.7, 1.5)))
        if inflamed:
            for z in rng.uniform(-232, -182, int(rng.integers(1, 4))):
                r, suv = rng.uniform(3.8, 4.9), rng.uniform(3.2, 6.5)
                place = (s * rng.uniform(32, 44), rng.uniform(-10, 14), z)
                shapes.append(ellipsoid(Tissue.INFLAMED_NODE, place, (r, r, 2.1 * r), 38.0, suv))
                shapes.append(ellipsoid(Tissue.FAT, place, (0.4 * r, 0.4 * r, r), -40.0, None))
    return shapes
