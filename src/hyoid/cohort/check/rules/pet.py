"""PET: SUV, not negative, no activity left in the arm."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort.check.finding import study_rule
from hyoid.cohort.check.study import Study
from hyoid.imaging import label_components
from hyoid.imaging.suv_limits import LOW_SUV_LIMIT, SUV_LIMIT, SUV_PERCENTILE

NEGATIVE_SUV = -0.1
"""Values below this are negative beyond rounding; noise around zero in air stays above it after reconstruction."""

NEGATIVE_SHARE = 1e-3
"""Share of such voxels that is accepted: a B-spline undershoots beside hot organs, in far fewer voxels than that."""

HOT_SUV = 15.0
"""Maximum of a spot beyond the midline field from which it is taken for an injection site. Joints, muscles, axillary
nodes and heated brown fat of the arms and shoulders stay below 10; a paravenous rest reaches hundreds."""

HOT_EDGE = 0.4
"""Part of a spot's maximum that bounds it: the usual 40 % isocontour."""

MIDLINE_FIELD_MM = 140.0
"""Half width of the midline field. Head, neck, heart, kidneys and bladder lie within 120 mm of the midline, so does the
axilla's inner wall; elbow, forearm and hand, where FDG is injected, lie beyond."""

COMPACT_ML = 250.0
"""Largest volume of a compact spot: a paravenous depot holds 5-50 mL, and blur doubles that."""


@study_rule(
    "pet-not-in-suv", "error", "pet", needs=("pet",),
    finds=f"a PET whose {SUV_PERCENTILE}th percentile lies above {SUV_LIMIT:g}: activity in Bq/mL, not SUV",
    expected=f"SUVbw in g/mL, {SUV_PERCENTILE}th percentile below {SUV_LIMIT:g}",
    advice="Multiply by weight (g) / decay-corrected dose (Bq), or convert again from DICOM as SUVbw.",
)  # fmt: skip
def pet_not_in_suv(study: Study) -> Iterator[str]:
    """Find activity concentrations."""
    if study.suv_level > SUV_LIMIT:
        yield f"a {SUV_PERCENTILE}th percentile of {study.suv_level:.4g}"


@study_rule(
    "pet-too-low", "warning", "pet", needs=("suv",),
    finds=f"a PET whose {SUV_PERCENTILE}th percentile lies below {LOW_SUV_LIMIT:g}: rescaled, or another unit",
    expected="SUVbw in g/mL: about 1 in the mean over the body, more than 2 in brain, heart, liver and kidneys",
    advice="Convert again from DICOM as SUVbw; a min-max scaled PET cannot be used.",
)  # fmt: skip
def pet_too_low(study: Study) -> Iterator[str]:
    """Find values too small for SUV."""
    if study.suv_level < LOW_SUV_LIMIT:
        yield f"a {SUV_PERCENTILE}th percentile of {study.suv_level:.3g}"


@study_rule(
    "negative-suv", "warning", "pet", needs=("suv",),
    finds=f"more than {NEGATIVE_SHARE:.1%} of the PET's voxels below {NEGATIVE_SUV:g} SUV",
    expected="no negative uptake beyond the undershoot of interpolation",
    advice="Look at the PET: a wrong intercept or a failed correction cannot be mended by clipping at 0.",
)  # fmt: skip
def negative_suv(study: Study) -> Iterator[str]:
    """Find negative uptake over more than edges."""
    array = study.volume("pet").array
    share = np.count_nonzero(array < NEGATIVE_SUV) / array.size
    if share > NEGATIVE_SHARE:
        yield f"{share:.1%} of the voxels below {NEGATIVE_SUV:g} SUV, the lowest {array.min():.3g}"


@study_rule(
    "extravasation", "warning", "pet", needs=("suv",),
    finds=f"a compact spot (below {COMPACT_ML:g} mL) of SUV {HOT_SUV:g} or more lying more than {MIDLINE_FIELD_MM:g} "
    "mm beside the midline",
    expected="no such uptake in the arms",
    advice="Probably tracer left at the injection site: the dose in the body, and so every SUV, is lower than "
    "computed. Leave the case out of uptake features, or correct the dose.",
)  # fmt: skip
def extravasation(study: Study) -> Iterator[str]:
    """Find tracer left in the arm."""
    pet = study.volume("pet")
    hot = pet.array >= HOT_SUV
    if not hot.any():
        return
    middle = study.midline_x_mm
    components, count = label_components(hot)
    for z, y, x in _peaks(pet.array, components, count):
        at = pet.grid.to_world((x, y, z))
        peak = float(pet.array[z, y, x])
        if abs(at[0] - middle) <= MIDLINE_FIELD_MM:
            continue
        spot, _ = label_components(pet.array >= HOT_EDGE * peak)
        volume_ml = np.count_nonzero(spot == spot[z, y, x]) * pet.grid.voxel_volume_mm3 / 1000.0
        if volume_ml <= COMPACT_ML:
            side = "left" if at[0] > middle else "right"
            yield f"SUV {peak:.0f} in {volume_ml:.0f} mL, {abs(at[0] - middle):.0f} mm {side} of the midline"


def _peaks(values: NDArray[np.float32], components: NDArray[np.int32], count: int) -> list[tuple[int, int, int]]:
    """Return the voxel (z, y, x) of the greatest value of each component, 1 to `count`."""
    voxels = np.flatnonzero(components)
    rising = voxels[np.argsort(values.ravel()[voxels], kind="stable")]
    peak = np.zeros(count + 1, np.intp)
    peak[components.ravel()[rising]] = rising  # of several writes the last one, the greatest, stays
    return [(int(z), int(y), int(x)) for z, y, x in zip(*np.unravel_index(peak[1:], values.shape), strict=True)]


RULES = (pet_not_in_suv, pet_too_low, negative_suv, extravasation)
