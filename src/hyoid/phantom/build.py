"""How one patient is built: size, posture, fatness, and the tracer's uptake in each organ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Build:
    """The bodily variation of one patient.

    Template coordinates are millimetres from the vertex of the head: x to the left, y to the back, z upwards (all
    of the body has z < 0). `scale` (x, y, z) and `place_mm` take them to the scanner's world; `tilt` leans the head
    to a side and `flexion` forward, as a shift that grows above the seventh cervical vertebra.
    """

    scale: tuple[float, float, float]
    place_mm: tuple[float, float, float]
    tilt: float
    flexion: float
    fat_mm: float
    girth: float
    metal: bool
    brown_fat: bool
    extravasation: bool

    @property
    def volume_scale(self) -> float:
        """World volume per template volume."""
        x, y, z = self.scale
        return x * y * z

    def bend(self, z: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Shift (x, y) in mm of the level `z`: posture of the head, curve of the spine."""
        above = np.maximum(z + 275.0, 0.0)
        return self.tilt * above, self.flexion * above * above / 275.0

    def to_world(self, template_mm: tuple[float, float, float]) -> tuple[float, float, float]:
        """World position (LPS mm) of a template point, without PET/CT offset."""
        bend_x, bend_y = self.bend(np.asarray([template_mm[2]], np.float32))
        bent = (template_mm[0] + float(bend_x[0]), template_mm[1] + float(bend_y[0]), template_mm[2])
        x, y, z = (p + s * b for p, s, b in zip(self.place_mm, self.scale, bent, strict=True))
        return x, y, z


@dataclass(frozen=True, slots=True)
class Uptake:
    """Standardised uptake values of one patient's normal organs, before blur and noise."""

    brain: float
    tonsil_left: float
    tonsil_right: float
    lingual_tonsil: float
    adenoid: float
    palate: float
    parotid: float
    submandibular: float
    larynx: float
    constrictor: float
    tongue: float
    floor: float
    muscle: float
    marrow: float
    blood: float
    liver: float
    heart: float
    kidney: float
    bladder: float
    thyroid: float
    eye_muscle: float
    longus: float
    chewing: float
    bowel: float


def draw_build(rng: np.random.Generator, male: bool, extravasation: bool = False) -> Build:
    """Draw size and posture; men are larger and their necks thicker."""
    size = rng.normal(1.02 if male else 0.95, 0.025)
    scale = tuple(float(np.clip(size * rng.normal(1.0, 0.025), 0.88, 1.12)) for _ in range(3))
    place = (rng.normal(0, 7), rng.normal(-10, 12), rng.uniform(-700, 300))
    return Build(
        scale=(scale[0], scale[1], scale[2]),
        place_mm=(float(place[0]), float(place[1]), float(place[2])),
        tilt=float(rng.normal(0, 0.03)),
        flexion=float(rng.normal(0.0, 0.05)),
        fat_mm=float(rng.uniform(4, 12)),
        girth=float(rng.normal(1.03 if male else 0.96, 0.05)),
        metal=bool(rng.random() < 0.40),
        brown_fat=bool(rng.random() < 0.04),
        extravasation=extravasation,
    )


def draw_uptake(rng: np.random.Generator) -> Uptake:
    """Draw the uptake of normal organs, as in life; in one patient of six a tonsil is hotter without being tumour."""
    tonsil = rng.uniform(3.8, 5.5)
    sides = np.full(2, tonsil) * rng.uniform(0.9, 1.1, 2)
    if rng.random() < 0.18:
        sides[rng.integers(2)] *= rng.uniform(1.2, 1.5)
    left, right = np.clip(sides, 2.0, 6.0)
    return Uptake(
        brain=rng.uniform(8.0, 10.0),
        tonsil_left=float(left),
        tonsil_right=float(right),
        lingual_tonsil=rng.uniform(3.8, 5.8),
        adenoid=rng.uniform(2.5, 4.5),
        palate=rng.uniform(2.6, 4.0),
        parotid=rng.uniform(1.5, 3.2),
        submandibular=rng.uniform(2.2, 4.0),
        larynx=rng.uniform(2.0, 4.0),
        constrictor=rng.uniform(2.8, 4.0),
        tongue=rng.uniform(2.0, 3.0),
        floor=rng.uniform(2.6, 4.0),
        muscle=rng.uniform(0.65, 0.85),
        marrow=rng.uniform(1.0, 1.4),
        blood=rng.uniform(1.2, 1.7),
        liver=rng.uniform(1.9, 2.5),
        heart=float(np.exp(rng.uniform(np.log(1.2), np.log(8.0)))),
        kidney=rng.uniform(4.0, 8.0),
        bladder=rng.uniform(10.0, 60.0),
        thyroid=rng.uniform(4.0, 10.0) if rng.random() < 0.10 else rng.uniform(1.2, 2.0),
        eye_muscle=rng.uniform(2.0, 5.0),
        longus=rng.uniform(1.8, 3.5) if rng.random() < 0.2 else rng.uniform(0.8, 1.2),
        chewing=rng.uniform(1.6, 3.0) if rng.random() < 0.12 else rng.uniform(0.65, 0.9),
        bowel=rng.uniform(1.0, 3.5),
    )
