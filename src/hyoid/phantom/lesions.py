"""From planned lesions to shapes: where they sit, how irregular they are, how their uptake is spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyoid.phantom.build import Build
from hyoid.phantom.disease import Disease, Lesion
from hyoid.phantom.shapes import Point, ellipsoid, ellipsoid_distance
from hyoid.phantom.surface import FAT_HU, FAT_SUV
from hyoid.phantom.tissue import Array, Field, Shape, Tissue, waves

_SITES: dict[str, Point] = {
    "tonsil": (20, -20, -190),
    "tongue_base": (9, -29, -207),
    "larynx": (8, -31, -246),
    "hypopharynx": (16, -15, -240),
    "nasopharynx": (10, -25, -159),
    "oral_cavity": (17, -56, -193),
}
_LEVELS: dict[str, Point] = {"II": (40, 0, -198), "III": (38, -6, -238), "IV": (37, -2, -276)}
_GAP_MM = 3.5
_CORE = {"necrotic": (24.0, 1.0), "cystic": (11.0, 0.6)}
"""HU and SUV of the dead or fluid middle."""
_RIM = {"gtvp": (0.14, 0.85, 1.5), "gtvn": (0.42, 0.6, 1.0)}
"""Uptake at the surface as a share of the peak, depth (in radii) at which it is full, and power of its rise: a primary
is hot in its middle and infiltrates with a paler margin, a node is a ball of tumour in its capsule."""
_CALIBRATION_POINTS = 22


@dataclass(frozen=True, slots=True)
class PlacedLesion:
    """A lesion in template coordinates; `distance` is its true surface, negative inside, mm."""

    plan: Lesion
    centre: Point
    radius_mm: float
    distance: Field
    shape: Shape


def place_lesions(rng: np.random.Generator, disease: Disease, build: Build) -> list[PlacedLesion]:
    """Give every lesion its place and its surface; the volume inside the surface is the planned one."""
    radii = [(3000.0 * lesion.volume_ml / build.volume_scale / (4 * np.pi)) ** (1 / 3) for lesion in disease.lesions]
    start = [_start(rng, lesion, r) for lesion, r in zip(disease.lesions, radii, strict=True)]
    centres = _separate(disease.lesions, np.array(start), np.array(radii))
    return [
        _place(rng, lesion, (float(c[0]), float(c[1]), float(c[2])), r, build.volume_scale)
        for lesion, c, r in zip(disease.lesions, centres, radii, strict=True)
    ]


def bulges(placed: list[PlacedLesion], fat_mm: float) -> list[Shape]:
    """Return the skin and fat that large nodes push outwards."""
    shapes = []
    for lesion in placed:
        if lesion.plan.kind == "gtvn":
            r = lesion.radius_mm * 1.1 + fat_mm
            shapes.append(ellipsoid(Tissue.FAT, lesion.centre, (r, r, 1.1 * r), FAT_HU, FAT_SUV))
    return shapes


def _start(rng: np.random.Generator, lesion: Lesion, radius: float) -> list[float]:
    if lesion.kind == "gtvp":
        x, y, z = _SITES[lesion.place]
        jitter = rng.normal(0, 2.0, 3)
        y = min(y + jitter[1], -4.0 - 0.65 * radius)
        return [lesion.side * x + jitter[0], y, z + jitter[2]]
    x, y, z = _LEVELS[lesion.place]
    jitter = rng.normal(0, (3.0, 6.0, 9.0))
    return [lesion.side * max(x + jitter[0], 20.0 + 0.85 * radius), y + jitter[1], z + jitter[2]]


def _separate(lesions: tuple[Lesion, ...], centres: Array, radii: Array) -> Array:
    """Push nodes away from the primary and from each other until all keep a gap; primaries stay."""
    for _ in range(60):
        moved = False
        for i, lesion in enumerate(lesions):
            for j in range(len(lesions)):
                if i == j or lesion.kind == "gtvp":
                    continue
                apart = centres[i] - centres[j]
                distance = float(np.linalg.norm(apart)) or 1.0
                lack = 1.12 * (radii[i] + radii[j]) + _GAP_MM - distance
                if lack > 0:
                    push = apart / distance * (0.55 * lack + 0.3)
                    if lesions[j].kind == "gtvn":
                        push[2] *= 1.5
                    centres[i] += push
                    moved = True
            if lesion.kind == "gtvn":
                low = 20.0 + 0.8 * radii[i]
                centres[i, 0] = lesion.side * np.clip(lesion.side * centres[i, 0], low, max(low, 56.0))
                centres[i, 1] = np.clip(centres[i, 1], -30.0, 34.0)
                centres[i, 2] = np.clip(centres[i, 2], -305.0, -168.0)
        if not moved:
            break
    return centres


def _place(rng: np.random.Generator, plan: Lesion, centre: Point, radius: float, volume_scale: float) -> PlacedLesion:
    primary = plan.kind == "gtvp"
    aspect = np.exp(rng.normal(0, 0.16 if primary else 0.08, 3) + (np.zeros(3) if primary else (-0.05, -0.05, 0.1)))
    aspect = aspect / np.prod(aspect) ** (1 / 3) * radius
    ball = ellipsoid_distance(centre, (float(aspect[0]), float(aspect[1]), float(aspect[2])))
    rough = waves(rng, radius * rng.uniform(1.6, 2.4), 6)
    amplitude = radius * (rng.uniform(0.10, 0.18) if primary else rng.uniform(0.03, 0.08))

    def bumpy(x: Array, y: Array, z: Array) -> Array:
        return ball(x, y, z) + amplitude * rough(x, y, z)

    wanted = 1000.0 * plan.volume_ml / volume_scale
    edge = _level_of_volume(bumpy, centre, 2.0 * radius, wanted)

    def surface(x: Array, y: Array, z: Array) -> Array:
        return bumpy(x, y, z) - np.float32(edge)

    hu, suv = _contents(rng, plan, surface, centre, radius, wanted)
    reach = 2.0 * radius + 8.0
    shape = Shape(
        Tissue.GTVP if primary else Tissue.GTVN,
        (centre[0] - reach, centre[1] - reach, centre[2] - reach),
        (centre[0] + reach, centre[1] + reach, centre[2] + reach),
        surface,
        hu,
        suv,
    )
    return PlacedLesion(plan, centre, radius, surface, shape)


def _contents(
    rng: np.random.Generator, plan: Lesion, surface: Field, centre: Point, radius: float, volume_mm3: float
) -> tuple[Field, Field]:
    """Return the fields of HU and SUV inside the lesion."""
    grain, spots, ragged = waves(rng, 14.0, 5), waves(rng, max(8.0, 0.9 * radius), 6), waves(rng, 0.9 * radius, 5)
    uneven = 0.12 * radius if plan.texture == "necrotic" else 0.03 * radius
    core_hu, core_suv = _CORE.get(plan.texture, (0.0, 0.0))

    rim, reach, power = _RIM[plan.kind]
    lean = _eccentric(rng, plan, centre, radius)

    def inner(x: Array, y: Array, z: Array) -> Array:
        return surface(x, y, z) + uneven * ragged(x, y, z)

    edge = _level_of_volume(inner, centre, 2.0 * radius, volume_mm3 * plan.core_share) if plan.core_share else -1e6

    def core(x: Array, y: Array, z: Array) -> Array:
        return np.asarray(np.clip(0.5 - (inner(x, y, z) - np.float32(edge)) / 2.0, 0.0, 1.0), np.float32)

    def hu(x: Array, y: Array, z: Array) -> Array:
        solid = plan.hu + 5.0 * grain(x, y, z)
        if not plan.core_share:
            return np.asarray(solid, np.float32)
        share = core(x, y, z)
        return np.asarray(solid + share * (core_hu - solid), np.float32)

    def suv(x: Array, y: Array, z: Array) -> Array:
        depth = np.clip(-surface(x, y, z) / (reach * radius), 0.0, 1.0)
        profile = rim + (1.0 - rim) * depth**power
        viable = plan.peak_suv * profile * lean(x, y, z) * np.exp(plan.heterogeneity * spots(x, y, z))
        if not plan.core_share:
            return np.asarray(viable, np.float32)
        share = core(x, y, z)
        return np.asarray(viable + share * (core_suv - viable), np.float32)

    return hu, suv


def _eccentric(rng: np.random.Generator, plan: Lesion, centre: Point, radius: float) -> Field:
    """Return a factor that falls from 1 on one side of the lesion to a lower value on the other.

    Part of a tumour is often pale on PET (ulcer, oedema, poor supply) and yet belongs to the mass seen on CT.
    """
    direction = rng.normal(size=3)
    dx, dy, dz = (float(v) for v in direction / np.linalg.norm(direction) / radius)
    fall = rng.uniform(0.0, 0.25) if plan.kind == "gtvp" else rng.uniform(0.0, 0.3)

    def factor(x: Array, y: Array, z: Array) -> Array:
        along = np.clip(0.8 * (dx * (x - centre[0]) + dy * (y - centre[1]) + dz * (z - centre[2])), -0.5, 0.5)
        return np.asarray(1.0 - fall * (0.5 - along), np.float32)

    return factor


def _level_of_volume(field: Field, centre: Point, reach: float, volume_mm3: float) -> float:
    """Return the level below which `field` encloses `volume_mm3`, found on a small grid of its own."""
    steps = np.linspace(-reach, reach, _CALIBRATION_POINTS, dtype=np.float32)
    x, y, z = (steps + np.float32(c) for c in centre)
    values = np.sort(field(x[None, None, :], y[None, :, None], z[:, None, None]), axis=None)
    cell = float(steps[1] - steps[0]) ** 3
    return float(np.interp(volume_mm3 / cell, np.arange(values.size) + 0.5, values))
