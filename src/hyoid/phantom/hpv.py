"""HPV's signature: how a positive tumour differs from a negative one, the same at every centre.

Everything is drawn from two distributions, one per status, so the log-likelihood ratio of the truth is known in
closed form: `log_likelihood_ratio` is the oracle that no classifier can beat in the mean.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Literal

import numpy as np

Site = Literal["tonsil", "tongue_base", "larynx", "hypopharynx", "nasopharynx", "oral_cavity"]
Texture = Literal["solid", "necrotic", "cystic"]

SITES: tuple[Site, ...] = ("tonsil", "tongue_base", "larynx", "hypopharynx", "nasopharynx", "oral_cavity")
TEXTURES: tuple[Texture, ...] = ("solid", "necrotic", "cystic")
NODE_COUNT_SHARES = (0.36, 0.27, 0.16, 0.11, 0.06, 0.04)
"""Shares of 1, 2, ... 6 involved nodes among patients who have any."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The distributions of one HPV status.

    `site` and `texture` are probabilities in the order of `SITES` and `TEXTURES`; the log-normal volumes have the
    given medians in mL; `tumour_hu` is the mean attenuation of solid tumour after contrast medium (20 to 30 HU above
    muscle, vessels at 130); `heterogeneity` the median of its uptake's coefficient of variation; the rest are the
    clinical table's.
    """

    site: tuple[float, ...]
    texture: tuple[float, ...]
    primary_ml: float
    node_ml: float
    tumour_hu: float
    heterogeneity: float
    age_years: float
    male: float
    tobacco: float
    alcohol: float
    performance: tuple[float, ...]


POSITIVE = Signature(
    site=(0.44, 0.28, 0.09, 0.07, 0.04, 0.08),
    texture=(0.55, 0.12, 0.33),
    primary_ml=7.7,
    node_ml=4.2,
    tumour_hu=79.0,
    heterogeneity=0.22,
    age_years=59.0,
    male=0.72,
    tobacco=0.50,
    alcohol=0.45,
    performance=(0.60, 0.32, 0.06, 0.02, 0.0),
)
NEGATIVE = Signature(
    site=(0.20, 0.13, 0.25, 0.19, 0.04, 0.19),
    texture=(0.68, 0.24, 0.08),
    primary_ml=11.0,
    node_ml=3.4,
    tumour_hu=90.0,
    heterogeneity=0.32,
    age_years=63.0,
    male=0.66,
    tobacco=0.74,
    alcohol=0.64,
    performance=(0.50, 0.36, 0.11, 0.03, 0.0),
)

PRIMARY_SIGMA, NODE_SIGMA = 0.70, 0.80
"""Standard deviation of the log-volume."""
HU_SIGMA, HETEROGENEITY_SIGMA, AGE_SIGMA = 7.0, 0.40, 9.5


def signature(hpv: bool) -> Signature:
    """Return the distributions of a status."""
    return POSITIVE if hpv else NEGATIVE


def log_likelihood_ratio(  # noqa: PLR0913 - one argument per independent trait
    site: Site | None,
    textures: list[Texture],
    primary_ml: float | None,
    nodes_ml: list[float],
    tumour_hu: float,
    heterogeneity: float,
    age_years: float,
    male: bool,
    tobacco: bool,
    alcohol: bool,
    performance: int,
) -> float:
    """Return log p(traits | positive) - log p(traits | negative); above 0 speaks for HPV-positive."""
    total = 0.0
    for trait, sign in ((POSITIVE, 1.0), (NEGATIVE, -1.0)):
        terms = [
            _gauss(tumour_hu, trait.tumour_hu, HU_SIGMA),
            _gauss(math.log(heterogeneity), math.log(trait.heterogeneity), HETEROGENEITY_SIGMA),
            _gauss(age_years, trait.age_years, AGE_SIGMA),
            _bernoulli(male, trait.male),
            _bernoulli(tobacco, trait.tobacco),
            _bernoulli(alcohol, trait.alcohol),
            math.log(max(trait.performance[performance], 1e-3)),
        ]
        if site is not None and primary_ml is not None:
            terms += [math.log(trait.site[SITES.index(site)])]
            terms += [_gauss(math.log(primary_ml), math.log(trait.primary_ml), PRIMARY_SIGMA)]
        terms += [math.log(trait.texture[TEXTURES.index(texture)]) for texture in textures]
        terms += [_gauss(math.log(ml), math.log(trait.node_ml), NODE_SIGMA) for ml in nodes_ml]
        total += sign * sum(terms)
    return total


def choose(rng: np.random.Generator, shares: tuple[float, ...]) -> int:
    """Draw an index with probability proportional to `shares`."""
    return bisect_right(_cumulated(shares), rng.random() * sum(shares))


@cache
def _cumulated(shares: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(accumulate(shares))


def _gauss(value: float, mean: float, sigma: float) -> float:
    return -0.5 * ((value - mean) / sigma) ** 2


def _bernoulli(value: bool, share: float) -> float:
    return math.log(share if value else 1 - share)
