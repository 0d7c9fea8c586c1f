"""The clinical record: what is true, and which cells of the table are empty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyoid.phantom.centers import Center
from hyoid.phantom.hpv import AGE_SIGMA, choose, signature

M_STAGES = ("M0", "M1", "Mx")
MISSING_SHARE = {"performance": 0.40, "alcohol": 0.34, "tobacco": 0.33, "treatment": 0.024, "outcome": 0.07}
"""Share of empty cells by column, as in the HECKTOR 2026 release; age and gender are always known."""
M_STAGE_MISSING = 0.03


@dataclass(frozen=True, slots=True)
class Clinical:
    """The true clinical values, nothing missing. Treatment: 1 chemoradiotherapy, 0 radiotherapy only."""

    age_years: int
    male: bool
    tobacco: bool
    alcohol: bool
    performance: int
    treatment: int
    m_stage: str


def draw_clinical(rng: np.random.Generator, hpv: bool, nodes: int) -> Clinical:
    """Draw the values of a patient of the given HPV status; metastases come with nodes."""
    trait = signature(hpv)
    return Clinical(
        age_years=int(np.clip(round(rng.normal(trait.age_years, AGE_SIGMA)), 21, 92)),
        male=bool(rng.random() < trait.male),
        tobacco=bool(rng.random() < trait.tobacco),
        alcohol=bool(rng.random() < trait.alcohol),
        performance=choose(rng, trait.performance),
        treatment=int(rng.random() < (0.85 if nodes else 0.55)),
        m_stage=M_STAGES[choose(rng, (0.88, 0.015 + 0.006 * nodes, 0.08))],
    )


def draw_missing(rng: np.random.Generator, center: Center) -> frozenset[str]:
    """Draw which cells are empty: by column, and for HPV by centre."""
    shares = {**MISSING_SHARE, "m_stage": M_STAGE_MISSING, "hpv": 1.0 - center.hpv_known}
    return frozenset([name for name, share in shares.items() if rng.random() < share])
