"""The whole patient as one list of shapes, in the order in which they are painted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyoid.phantom.benign_uptake import benign_uptake
from hyoid.phantom.build import Build, Uptake
from hyoid.phantom.disease import Disease
from hyoid.phantom.head import bony_head, brain, metal_places, sinuses, soft_head, teeth
from hyoid.phantom.lesions import PlacedLesion, bulges, place_lesions
from hyoid.phantom.neck import airway, deep_neck, larynx, normal_nodes, spine
from hyoid.phantom.shapes import Point
from hyoid.phantom.surface import surface, table
from hyoid.phantom.tissue import Shape
from hyoid.phantom.trunk import trunk


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
        *benign_uptake(rng),
    ]
    return Anatomy(tuple(shapes), tuple(lesions), tuple(metal_places(dental)))
