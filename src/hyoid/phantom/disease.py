"""What disease a patient has: primary tumour and nodes as numbers, before anything is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from hyoid.phantom.hpv import (
    HETEROGENEITY_SIGMA,
    HU_SIGMA,
    NODE_COUNT_SHARES,
    NODE_SIGMA,
    PRIMARY_SIGMA,
    SITES,
    TEXTURES,
    Site,
    Texture,
    choose,
    signature,
)

Level = Literal["II", "III", "IV"]
LEVELS: tuple[Level, ...] = ("II", "III", "IV")

NO_PRIMARY_SHARE, NO_NODE_SHARE = 0.04, 0.11
"""Patients without a GTVp (unknown primary) and without a GTVn; nobody lacks both."""

PRIMARY_ML_RANGE, NODE_ML_RANGE = (2.5, 70.0), (0.7, 45.0)
"""A sphere of 0.7 mL is 11 mm across: every node meets the guideline's short axis of 1 cm."""


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion as planned.

    `side` is +1 left, -1 right; `peak_suv` the uptake of its viable tissue before blur and noise; `core_share` the
    share of the volume that is dead (necrotic) or fluid (cystic) and takes up no tracer.
    """

    kind: Literal["gtvp", "gtvn"]
    place: Site | Level
    side: int
    volume_ml: float
    peak_suv: float
    heterogeneity: float
    hu: float
    texture: Texture
    core_share: float

    @property
    def metabolic_ml(self) -> float:
        """Volume that takes up tracer, mL."""
        return self.volume_ml * (1.0 - self.core_share)


@dataclass(frozen=True, slots=True)
class Disease:
    """All lesions of a patient, and the two traits that all of them share."""

    hpv: bool
    tumour_hu: float
    heterogeneity: float
    lesions: tuple[Lesion, ...] = field(default=())

    @property
    def primary(self) -> Lesion | None:
        """The GTVp, if there is one."""
        return next((lesion for lesion in self.lesions if lesion.kind == "gtvp"), None)

    @property
    def nodes(self) -> tuple[Lesion, ...]:
        """The involved nodes, the largest first."""
        return tuple(lesion for lesion in self.lesions if lesion.kind == "gtvn")

    @property
    def metabolic_ml(self) -> float:
        """True metabolic tumour volume, primary and nodes together, mL."""
        return sum(lesion.metabolic_ml for lesion in self.lesions)


def draw_disease(rng: np.random.Generator, hpv: bool) -> Disease:
    """Draw the lesions of a patient of the given HPV status."""
    trait = signature(hpv)
    tumour_hu = rng.normal(trait.tumour_hu, HU_SIGMA)
    heterogeneity = _log_normal(rng, trait.heterogeneity, HETEROGENEITY_SIGMA)
    disease = Disease(hpv, tumour_hu, heterogeneity)
    has_primary = rng.random() >= NO_PRIMARY_SHARE
    has_nodes = not has_primary or rng.random() >= NO_NODE_SHARE / (1 - NO_PRIMARY_SHARE)
    side = 1 if rng.random() < 0.5 else -1
    lesions = [_draw_primary(rng, disease, side)] if has_primary else []
    if has_nodes:
        count = 1 + choose(rng, NODE_COUNT_SHARES)
        nodes = [_draw_node(rng, disease, side) for _ in range(count)]
        lesions += sorted(nodes, key=lambda node: -node.volume_ml)
    return Disease(hpv, tumour_hu, heterogeneity, tuple(lesions))


def _draw_primary(rng: np.random.Generator, disease: Disease, side: int) -> Lesion:
    trait = signature(disease.hpv)
    volume = _within(PRIMARY_ML_RANGE, _log_normal(rng, trait.primary_ml, PRIMARY_SIGMA))
    necrotic = not disease.hpv and volume > 12 and rng.random() < 0.5
    return Lesion(
        "gtvp",
        SITES[choose(rng, trait.site)],
        side,
        volume,
        _within((8.5, 40.0), _log_normal(rng, 15.0, 0.34)),
        disease.heterogeneity,
        disease.tumour_hu,
        "necrotic" if necrotic else "solid",
        rng.uniform(0.08, 0.25) if necrotic else 0.0,
    )


def _draw_node(rng: np.random.Generator, disease: Disease, side: int) -> Lesion:
    trait = signature(disease.hpv)
    volume = _within(NODE_ML_RANGE, _log_normal(rng, trait.node_ml, NODE_SIGMA))
    texture = TEXTURES[choose(rng, trait.texture)]
    core = {"solid": 0.0, "necrotic": rng.uniform(0.15, 0.4), "cystic": rng.uniform(0.4, 0.65)}[texture]
    return Lesion(
        "gtvn",
        LEVELS[choose(rng, (0.58, 0.28, 0.14))],
        side if rng.random() < 0.75 else -side,
        volume,
        _within((5.0, 28.0), _log_normal(rng, 9.0, 0.42)),
        disease.heterogeneity,
        disease.tumour_hu,
        texture,
        core,
    )


def _within(limits: tuple[float, float], value: float) -> float:
    return min(max(value, limits[0]), limits[1])


def _log_normal(rng: np.random.Generator, median: float, sigma: float) -> float:
    return float(math.exp(rng.normal(math.log(median), sigma)))
