"""Uptake that is not tumour and shows nothing on CT: inflamed teeth, worn joints of the neck."""

from __future__ import annotations

import numpy as np

from hyoid.phantom.head import jaw_point
from hyoid.phantom.neck import spine_y
from hyoid.phantom.shapes import ellipsoid
from hyoid.phantom.tissue import Shape, Tissue

DENTAL_SHARE, JOINT_SHARE = 0.55, 0.30
"""Patients with an inflamed tooth, and with an active facet joint: teeth are poor where tobacco and alcohol are
common, and the median age is 61."""

DENTAL_SUV, JOINT_SUV = (6.0, 18.0), (4.0, 10.0)
"""Before blur; foci of 10-14 mm read about 0.6 of it."""

_JOINT_LEVELS = (-190.0, -208.0, -226.0, -244.0)


def benign_uptake(rng: np.random.Generator) -> list[Shape]:
    """Return the foci of one patient; most have one or two, a third have none."""
    return _inflamed_teeth(rng) + _worn_joints(rng)


def _inflamed_teeth(rng: np.random.Generator) -> list[Shape]:
    if rng.random() >= DENTAL_SHARE:
        return []
    shapes = []
    for _ in range(int(rng.integers(1, 3))):
        x, y, _ = jaw_point(rng.uniform(0.08, 0.92))
        place = (0.88 * x, y + 4.0, rng.choice([-170.0, -199.0]))
        r = rng.uniform(5.0, 7.0)
        shapes.append(ellipsoid(Tissue.DENTAL, place, (r, r, r), None, rng.uniform(*DENTAL_SUV)))
    return shapes


def _worn_joints(rng: np.random.Generator) -> list[Shape]:
    if rng.random() >= JOINT_SHARE:
        return []
    shapes = []
    for _ in range(int(rng.integers(1, 3))):
        z = float(rng.choice(_JOINT_LEVELS))
        place = (float(rng.choice([-17.0, 17.0])), spine_y(z) + 14.0, z)
        shapes.append(ellipsoid(Tissue.BONE, place, (5.0, 6.0, 6.0), None, rng.uniform(*JOINT_SUV)))
    return shapes
