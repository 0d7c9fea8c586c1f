"""The head: skull, brain, face, jaws and teeth, mouth, salivary glands, throat."""

from __future__ import annotations

import numpy as np

from hyoid.phantom.build import Build, Uptake
from hyoid.phantom.shapes import Point, capsule, chain, ellipsoid, ellipsoid_distance
from hyoid.phantom.surface import FAT_HU, MUSCLE_HU
from hyoid.phantom.tissue import Array, Shape, Tissue, waves

Sides = (-1, 1)
JAW: tuple[Point, ...] = (
    (-47, -20, -203), (-44, -42, -206), (-31, -66, -209), (-12, -78, -211), (0, -80, -211),
    (12, -78, -211), (31, -66, -209), (44, -42, -206), (47, -20, -203),
)  # fmt: skip
BRAIN_CENTRE: Point = (0, 6, -78)
BRAIN_RADII: Point = (63, 82, 66)


def soft_head(uptake: Uptake) -> list[Shape]:
    """Muscles and glands of the face, tongue, throat: what is painted before lesions and bones."""
    m, suv, chew = Tissue.MUSCLE, uptake.muscle, uptake.chewing
    shapes = [
        ellipsoid(m, (0, -40, -165), (48, 40, 50), 25.0, suv),
        ellipsoid(Tissue.TONGUE, (0, -50, -189), (25, 30, 20), 57.0, uptake.tongue),
        ellipsoid(Tissue.SWALLOWING, (0, -58, -206), (20, 19, 8), 57.0, uptake.floor),
        ellipsoid(m, (0, 38, -165), (46, 22, 40), MUSCLE_HU, suv),
    ]
    for s in Sides:
        shapes += [
            capsule(m, (s * 57, -34, -150), (s * 53, -24, -200), 10, MUSCLE_HU, chew, (0.7, 1.6, 1.0)),
            capsule(m, (s * 26, -22, -150), (s * 40, -18, -188), 9, MUSCLE_HU, chew),
            ellipsoid(m, (s * 66, -20, -112), (7, 28, 32), MUSCLE_HU, chew),
            ellipsoid(Tissue.FAT, (s * 26, -14, -170), (6, 9, 24), FAT_HU, 0.3),
            ellipsoid(Tissue.FAT, (s * 48, -62, -172), (9, 16, 20), FAT_HU, 0.3),
            ellipsoid(Tissue.SALIVARY, (s * 55, 3, -172), (12, 18, 26), 5.0, uptake.parotid),
            ellipsoid(Tissue.SALIVARY, (s * 29, -34, -218), (10, 14, 11), 52.0, uptake.submandibular),
            ellipsoid(Tissue.SALIVARY, (s * 13, -64, -199), (5, 13, 6), 45.0, 0.8 * uptake.submandibular),
        ]
    return shapes + _ring(uptake)


def _ring(uptake: Uptake) -> list[Shape]:
    """Waldeyer's ring and the walls of the throat, all with uptake of their own."""
    tonsil, wall = Tissue.TONSIL, Tissue.SWALLOWING
    shapes = [
        ellipsoid(tonsil, (0, -11, -153), (15, 7, 9), 56.0, uptake.adenoid),
        ellipsoid(wall, (0, -30, -173), (15, 11, 6), 56.0, uptake.palate),
        ellipsoid(tonsil, (0, -27, -206), (17, 7, 10), 56.0, uptake.lingual_tonsil),
        ellipsoid(wall, (0, -6, -220), (17, 4.5, 30), 58.0, uptake.constrictor),
    ]
    for s, suv in zip(Sides, (uptake.tonsil_right, uptake.tonsil_left), strict=True):
        grow = 1.0 + 0.06 * (suv - 3.0)
        shapes.append(ellipsoid(tonsil, (s * 18, -21, -189), (7 * grow, 9 * grow, 13 * grow), 56.0, suv))
        shapes.append(ellipsoid(wall, (s * 16, -12, -212), (4.5, 8, 24), 58.0, uptake.constrictor))
    return shapes


def bony_head() -> list[Shape]:
    """Skull, face and jaws."""
    bone = Tissue.BONE
    shapes = [
        ellipsoid(bone, (0, 5, -80), (71, 90, 74), 1050.0, 0.6),
        ellipsoid(Tissue.MARROW, (0, 5, -80), (68.5, 87.5, 71.5), 550.0, 0.9),
        ellipsoid(bone, (0, 5, -79), (66.5, 85.5, 69.5), 1050.0, 0.6),
        ellipsoid(bone, (0, -64, -140), (34, 24, 30), 230.0, 0.7),
        ellipsoid(bone, (0, -84, -132), (8, 8, 14), 300.0, 0.7),
        ellipsoid(bone, (0, -20, -132), (22, 34, 9), 420.0, 0.8),
        ellipsoid(bone, (0, -55, -166), (23, 25, 2.5), 500.0, 0.6),
    ]
    shapes += chain(bone, [(x * 0.9, y + 2, -168 + 0 * z) for x, y, z in JAW[1:-1]], 5.5, 520.0, 0.8)
    shapes += chain(bone, JAW, 5.5, 900.0, 0.7, (1.0, 1.0, 2.0))
    shapes += chain(Tissue.MARROW, JAW, 2.8, 320.0, 0.9, (1.0, 1.0, 2.4))
    for s in Sides:
        shapes += [
            *chain(
                bone, [(s * 47, -20, -203), (s * 49, -6, -170), (s * 50, 0, -146)], 4.5, 900.0, 0.6, (0.8, 2.0, 1.0)
            ),
            ellipsoid(bone, (s * 34, 2, -134), (24, 13, 9), 800.0, 0.6),
            ellipsoid(bone, (s * 57, 20, -146), (11, 14, 18), 380.0, 0.6),
            *chain(bone, [(s * 44, -72, -138), (s * 60, -50, -136), (s * 66, -22, -136)], 4.0, 750.0, 0.6),
            *chain(
                bone,
                [(s * 14, -84, -94), (s * 34, -84, -88), (s * 54, -66, -104), (s * 44, -72, -132)],
                4.5,
                800.0,
                0.6,
            ),
        ]
    return shapes


def brain(rng: np.random.Generator, uptake: Uptake) -> list[Shape]:
    """Brain with a hot folded cortex, paler white matter, hot deep nuclei, cold ventricles."""
    cold = Tissue.CSF
    shapes = [
        ellipsoid(cold, (0, 5, -79), (65, 84, 68), 12.0, 1.2),
        ellipsoid(cold, (0, 40, -124), (47, 34, 27), 12.0, 1.2),
        _grey(rng, BRAIN_CENTRE, BRAIN_RADII, uptake.brain),
        _grey(rng, (0, 40, -123), (45, 32, 24), 0.85 * uptake.brain),
        capsule(Tissue.BRAIN, (0, 0, -100), (0, 10, -150), 11, 34.0, 0.62 * uptake.brain),
    ]
    for s in Sides:
        shapes += [
            ellipsoid(Tissue.BRAIN, (s * 20, -4, -76), (9, 17, 11), 38.0, 1.05 * uptake.brain),
            ellipsoid(cold, (s * 9, 8, -62), (4.5, 28, 6), 8.0, 1.5),
            ellipsoid(Tissue.FAT, (s * 31, -66, -112), (17, 21, 16), -80.0, 0.4),
            ellipsoid(Tissue.EYE, (s * 31, -76, -112), (12, 12, 12), 12.0, 0.6),
            capsule(Tissue.EYE, (s * 22, -72, -112), (s * 16, -48, -114), 2.6, 40.0, uptake.eye_muscle),
            capsule(Tissue.EYE, (s * 41, -72, -112), (s * 22, -46, -114), 2.6, 40.0, uptake.eye_muscle),
        ]
    return shapes


def _grey(rng: np.random.Generator, centre: Point, radii: Point, suv: float) -> Shape:
    depth, folds, patches = ellipsoid_distance(centre, radii), waves(rng, 21.0, 7), waves(rng, 70.0, 4)

    def value(x: Array, y: Array, z: Array) -> Array:
        ribbon = np.clip((depth(x, y, z) + 15.0 + 6.0 * folds(x, y, z)) / 8.0, 0.0, 1.0)
        fissure = np.clip(np.abs(x - centre[0]) / 4.0, 0.55, 1.0)
        level = suv * (0.68 + 0.32 * ribbon) * (1.0 + 0.03 * patches(x, y, z))
        return np.asarray(level * fissure, np.float32)

    def hu(x: Array, y: Array, z: Array) -> Array:
        return np.asarray(32.0 + 4.0 * folds(x, y, z), np.float32)

    return ellipsoid(Tissue.BRAIN, centre, radii, hu, value)


def sinuses(rng: np.random.Generator) -> list[Shape]:
    """Air in nose and sinuses."""
    air = Tissue.AIRWAY
    shapes = [
        ellipsoid(air, (0, -60, -148), (11, 32, 15), -950.0, 0.1),
        ellipsoid(air, (0, -48, -120), (12, 22, 9), -700.0, 0.2),
        capsule(Tissue.MUSCLE, (0, -84, -140), (0, -36, -146), 2.0, 40.0, 0.8, (0.8, 1.0, 5.0)),
    ]
    for s in Sides:
        size = rng.uniform(0.85, 1.1)
        shapes += [
            ellipsoid(air, (s * 29, -56, -148), (12 * size, 17 * size, 15 * size), -950.0, 0.1),
            capsule(Tissue.MUSCLE, (s * 7, -76, -154), (s * 7, -36, -154), 3.0, 40.0, 1.2),
            ellipsoid(air, (s * 58, 22, -146), (7, 8, 10), -650.0, 0.2),
            capsule(air, (s * 60, 2, -130), (s * 78, 2, -132), 2.5, -950.0, 0.1),
        ]
    return shapes


def teeth(rng: np.random.Generator, build: Build) -> list[Shape]:
    """Teeth of both jaws, some missing, some filled with metal."""
    shapes = []
    for row, (z, shrink) in enumerate(((-178.0, 0.86), (-190.0, 0.84))):
        for t in np.linspace(0.06, 0.94, 14):
            point = _along(t)
            centre = (point[0] * shrink, point[1] * 1.0 + 3.0, z)
            present = rng.random() < 0.9
            filled = rng.random() < 0.22 and build.metal and (t < 0.3 or t > 0.7 or row == 0)
            if present:
                shapes.append(ellipsoid(Tissue.TEETH, centre, (3.6, 3.8, 8.5), 1900.0, 0.4))
            if present and filled:
                shapes.append(ellipsoid(Tissue.METAL, centre, (3.2, 3.4, 4.0), 3071.0, 0.4))
    return shapes


def metal_places(shapes: list[Shape]) -> list[Point]:
    """Centres of the metal fillings among `shapes`."""
    boxes = [(shape.lower, shape.upper) for shape in shapes if shape.tissue is Tissue.METAL]
    return [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2) for a, b in boxes]


def jaw_point(t: float) -> Point:
    """Return the point at share `t` (0 right angle of the jaw, 1 left) along the lower jaw."""
    return _along(t)


def _along(t: float) -> Point:
    points = np.asarray(JAW)
    length = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    x, y, z = (float(np.interp(t * length[-1], length, points[:, k])) for k in range(3))
    return x, y, z
