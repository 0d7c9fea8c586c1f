"""Alignment: CT and PET show the same body in the same place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hyoid.cohort.check.finding import study_rule
from hyoid.cohort.check.shift import outline_shift
from hyoid.cohort.check.study import Study

SHIFT_LIMIT_MM = 10.0
"""Shift of the body outlines from which PET and CT count as misregistered. Repositioning and breathing move the neck by
0-5 mm; the estimate itself is good to 3 mm; from 10 mm on a node of median size (4 mL, 20 mm) lies half beside its
uptake."""


@study_rule(
    "misregistration", "warning", "alignment", needs=("hu", "suv"),
    finds=f"body outlines of CT and PET that fit best after a shift of {SHIFT_LIMIT_MM:g} mm or more",
    expected=f"outlines of one body within {SHIFT_LIMIT_MM:g} mm",
    advice="Look at the fusion: exclude the case, or register PET to CT; the dataset excludes such cases.",
)  # fmt: skip
def misregistration(study: Study) -> Iterator[str]:
    """Find that the patient moved between CT and PET, or that an origin is wrong."""
    shift = outline_shift(study.coarse_ct, study.ct_body, study.coarse_pet)
    if shift is None or np.linalg.norm(shift.mm) < SHIFT_LIMIT_MM:
        return
    x, y, z = shift.mm
    yield (
        f"the PET's body {np.linalg.norm(shift.mm):.0f} mm from the CT's (x {x:+.0f}, y {y:+.0f}, z {z:+.0f} mm); "
        f"outlines agree {shift.dice_there:.2f} after the shift and {shift.dice_here:.2f} before"
    )


RULES = (misregistration,)
