"""Whether a registration may be used: named thresholds on its figures."""

from __future__ import annotations

import math
from typing import Literal

from hyoid.dicom.registration.figures import Figures
from hyoid.dicom.registration.folding import Jacobian
from hyoid.dicom.registration.search import LEAST_OVERLAP

Verdict = Literal["usable", "doubtful"]

LEAST_NCC = 0.75
"""Least correlation of the values. Measured on phantoms and on a real planning CT: the same patient again 0.9 and more;
another one, aligned as well as he can be, mostly 0.1 to 0.6, and 0.8 where he is built alike: this is no check of
identity."""

LEAST_BONE_DICE = 0.55
"""Least overlap of bone, whose walls are a voxel or two thick: the same patient 0.75 and more, another mostly 0.1 to
0.45."""

MOST_BONE_DISTANCE_MM = 2.5
"""Greatest mean distance of bone surfaces: no more than a voxel of the usual dose grid (2.5 to 3 mm)."""

LEAST_JACOBIAN = 0.2
MOST_JACOBIAN = 5.0
"""A deformation that shrinks tissue to a fifth or swells it fivefold is no tissue's; 0 and less is a fold."""


def judge(rigid: Figures, final: Figures, jacobian: Jacobian | None) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict on a registration, and why it is doubtful.

    A deformation can bend any patient onto any other: wider thresholds are asked of the rigid part as well.
    """
    reasons = _reasons(final)
    if jacobian is not None:
        before = _reasons(rigid, slack=1.6)
        reasons += [f"before the deformation, {reason}" for reason in before]
        if jacobian.least < LEAST_JACOBIAN or jacobian.greatest > MOST_JACOBIAN:
            reasons.append(
                f"the deformation changes volumes by factors from {jacobian.least:.2f} to {jacobian.greatest:.2f}, "
                f"beyond {LEAST_JACOBIAN:g} to {MOST_JACOBIAN:g}"
            )
    return ("doubtful" if reasons else "usable"), tuple(reasons)


def _reasons(figures: Figures, slack: float = 1.0) -> list[str]:
    """Return what of the figures misses its threshold, which is `slack` times wider."""
    found = []
    if not figures.overlap >= LEAST_OVERLAP:
        found.append(f"only {figures.overlap:.0%} of the body lies in both CTs (at least {LEAST_OVERLAP:.0%})")
    least_ncc = LEAST_NCC / slack
    if not figures.ncc >= least_ncc:
        found.append(f"the CTs correlate by {_number(figures.ncc)} (at least {least_ncc:.2f})")
    if math.isnan(figures.bone_dice) or math.isnan(figures.bone_distance_mm):
        found.append("there is no bone in both CTs to measure by")
        return found
    least_dice, most_distance = LEAST_BONE_DICE / slack, MOST_BONE_DISTANCE_MM * slack
    if figures.bone_dice < least_dice:
        found.append(f"their bones overlap with a Dice of {figures.bone_dice:.2f} (at least {least_dice:.2f})")
    if figures.bone_distance_mm > most_distance:
        found.append(
            f"their bones lie {figures.bone_distance_mm:.1f} mm apart on average (at most {most_distance:.1f})"
        )
    return found


def _number(value: float) -> str:
    return "nothing" if math.isnan(value) else f"{value:.2f}"
