"""The outside of the body: head, neck, shoulders, trunk, arms, legs."""

from __future__ import annotations

import numpy as np

from hyoid.phantom.build import Build, Uptake
from hyoid.phantom.shapes import Profile, capsule, ellipsoid
from hyoid.phantom.tissue import Array, Shape, Tissue

FAT_HU, FAT_SUV = -100.0, 0.25
MUSCLE_HU = 60.0

LOWEST_MM = -1060.0
"""Where the template ends, below the hips."""


def neck_profile(build: Build) -> Profile:
    """Outline from the face down to the top of the chest."""
    g = build.girth
    return Profile(
        [
            (-104, 66, -80, 60),
            (-135, 71, -84, 62),
            (-165, 69, -87, 56),
            (-188, 66, -88, 56),
            (-205, 62, -87, 59),
            (-219, 57 * g, -82, 62),
            (-229, 56 * g, -64, 65),
            (-242, 56 * g, -49 * g, 68),
            (-260, 59 * g, -46 * g, 72),
            (-276, 70 * g, -46 * g, 78),
            (-290, 95, -49, 84),
            (-305, 135, -56, 91),
            (-322, 178, -68, 98),
            (-345, 205, -80, 104),
        ],
        2.25,
    )


def deep_profile(build: Build) -> Profile:
    """Outline of the loose fat in which the muscles of the neck lie."""
    g = build.girth
    return Profile(
        [
            (-140, 50, -40, 40),
            (-175, 56, -44, 46),
            (-215, 51 * g, -52, 56),
            (-245, 50 * g, -40 * g, 60),
            (-275, 56 * g, -36 * g, 62),
            (-300, 72 * g, -36, 64),
            (-320, 52, -30, 50),
        ],
        2.25,
    )


def trunk_profile() -> Profile:
    """Outline from the shoulders to the hips, without arms."""
    return Profile(
        [
            (-296, 92, -48, 84),
            (-312, 146, -58, 92),
            (-332, 184, -74, 100),
            (-355, 184, -88, 106),
            (-400, 166, -102, 110),
            (-480, 160, -110, 110),
            (-560, 158, -108, 106),
            (-650, 154, -104, 98),
            (-720, 158, -104, 98),
            (-800, 174, -102, 104),
            (-870, 180, -98, 112),
            (-930, 172, -88, 108),
            (LOWEST_MM, 165, -80, 90),
        ],
        2.7,
    )


def surface(build: Build, uptake: Uptake) -> list[Shape]:
    """Return skin and fat, and the muscle under it; what lies deeper is painted over."""
    fat, skin = Tissue.FAT, build.fat_mm
    neck, trunk = neck_profile(build), trunk_profile()
    shapes = [
        trunk.shape(fat, FAT_HU, FAT_SUV),
        ellipsoid(fat, (0, 2, -84), (76, 97, 86), FAT_HU, 0.3),
        ellipsoid(fat, (0, -66, -146), (46, 34, 72), FAT_HU, 0.3),
        neck.shape(fat, FAT_HU, FAT_SUV),
        ellipsoid(fat, (0, -98, -150), (13, 16, 18), -20.0, 0.4),
        ellipsoid(fat, (0, -85, -188), (24, 10, 15), 0.0, 0.6),
    ]
    shapes += _limbs(build, uptake)
    shapes += [
        trunk.shape(Tissue.MUSCLE, MUSCLE_HU, uptake.muscle, inset_mm=skin + 5),
        ellipsoid(Tissue.MUSCLE, (0, 2, -84), (73, 93, 82), MUSCLE_HU, uptake.muscle),
    ]
    return shapes


def _limbs(build: Build, uptake: Uptake) -> list[Shape]:
    shapes: list[Shape] = []
    muscle, suv = Tissue.MUSCLE, uptake.muscle
    for side in (-1, 1):
        shoulder, elbow, wrist = (side * 182, 14, -345), (side * 214, 22, -610), (side * 196, -18, -850)
        for tissue, hu, value, shrink in ((Tissue.FAT, FAT_HU, FAT_SUV, 0.0), (muscle, MUSCLE_HU, suv, build.fat_mm)):
            shapes += [
                ellipsoid(tissue, (side * 170, 12, -352), (48 - shrink, 55 - shrink, 52 - shrink), hu, value),
                capsule(tissue, shoulder, elbow, 45 - shrink, hu, value),
                capsule(tissue, elbow, wrist, 36 - shrink, hu, value),
                capsule(tissue, (side * 88, 12, -930), (side * 86, 10, LOWEST_MM - 40), 78 - shrink, hu, value),
            ]
        shapes += [
            capsule(Tissue.BONE, shoulder, elbow, 11, 700.0, 0.5),
            capsule(Tissue.MARROW, shoulder, elbow, 6, 60.0, 0.5),
            capsule(Tissue.BONE, elbow, wrist, 9, 650.0, 0.5),
            capsule(Tissue.BONE, (side * 100, 10, -890), (side * 82, 8, LOWEST_MM - 40), 15, 700.0, 0.5),
            ellipsoid(Tissue.BONE, (side * 163, 12, -350), (24, 24, 24), 330.0, 0.7),
        ]
    if build.extravasation:
        hot = (210.0, 2.0, -420.0)
        shapes.append(ellipsoid(Tissue.VESSEL, hot, (13, 13, 30), None, 160.0))
    return shapes


def table(build: Build) -> Shape:
    """Return the patient couch: a thin curved plate below the back, empty of tracer."""
    top = np.float32(124.0 + build.fat_mm)

    def distance(x: Array, y: Array, z: Array) -> Array:
        sag = y - top + x * x * np.float32(1 / 900.0)
        plate = np.maximum(np.abs(sag) - 5.0, np.abs(x) - 200.0)
        return np.asarray(np.maximum(plate, z - 80.0), np.float32)

    return Shape(Tissue.TABLE, (-206, 70, -1200), (206, 145, 80), distance, -180.0, None)
