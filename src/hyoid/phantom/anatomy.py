"""The whole patient as one list of shapes, in the order in which they are painted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyoid.phantom.build import Build, Uptake
from hyoid.phantom.disease import Disease
from hyoid.phantom.head import bony_head, brain, jaw_point, metal_places, sinuses, soft_head, teeth
from hyoid.phantom.lesions import PlacedLesion, bulges, place_lesions
from hyoid.phantom.neck import airway, deep_neck, larynx, normal_nodes, spine
from hyoid.phantom.shapes import Point, ellipsoid
from hyoid.phantom.surface import surface, table
from hyoid.phantom.tissue import Shape, Tissue
from hyoid.phantom.trunk import trunk

DENTAL_SHARE = 0.35
"""Patients with an inflamed tooth."""


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Shapes in painting order (later ones cover earlier ones), the lesions among them, and the metal fillings."""

    shapes: tuple[Shape, ...]
    lesions: tuple[PlacedLesion, ...]
    metal: tuple[Point, ...]


def build_anatomy(
    rng: np.random.Generator, lesion_rng: np.random.Generator, build: Build, uptake: Uptake, disease: Disease
) -> Anatomy:
    """Assemble a patient.

    Lesions are painted over air and soft tissue (they displace them: the mass effect seen on CT) and under bone,
    which they do not destroy.
    """
    lesions = place_lesions(lesion_rng, disease, build)
    dental = teeth(rng, build)
    shapes = [
        table(build),
        *bulges(lesions, build.fat_mm),
        *surface(build, uptake),
        *deep_neck(build, uptake),
        *trunk(rng, build, uptake),
        *soft_head(uptake),
        *larynx(uptake),
        *normal_nodes(rng),
        *airway(),
        *(lesion.shape for lesion in reversed(lesions)),
        *bony_head(),
        *brain(rng, uptake),
        *sinuses(rng),
        *spine(uptake),
        *dental,
        *_inflamed_teeth(rng),
    ]
    return Anatomy(tuple(shapes), tuple(lesions), tuple(metal_places(dental)))


def _inflamed_teeth(rng: np.random.Generator) -> list[Shape]:
    """Uptake at the root of a tooth: tumour-like on PET, nothing on CT."""
    if rng.random() >= DENTAL_SHARE:
        return []
    shapes = []
    for _ in range(int(rng.integers(1, 3))):
        x, y, _ = jaw_point(rng.uniform(0.08, 0.92))
        place = (0.88 * x, y + 4.0, rng.choice([-170.0, -199.0]))
        r = rng.uniform(4.0, 6.5)
        shapes.append(ellipsoid(Tissue.DENTAL, place, (r, r, r), None, rng.uniform(3.0, 8.0)))
    return shapes
