"""CT: Hounsfield units."""

from __future__ import annotations

from collections.abc import Iterator

from hyoid.cohort.check.finding import study_rule
from hyoid.cohort.check.study import AIR_HU, AIR_PERCENTILE, Study


@study_rule(
    "ct-not-in-hu", "error", "ct", needs=("ct",),
    finds=f"a CT whose {AIR_PERCENTILE:g}st percentile lies above {AIR_HU:g}: no air, so not Hounsfield units",
    expected=f"HU, with air near -1000 in at least {AIR_PERCENTILE:g} % of the voxels",
    advice="Apply the rescale slope and intercept: stored values are often HU + 1024.",
)  # fmt: skip
def ct_not_in_hu(study: Study) -> Iterator[str]:
    """Find a CT in stored values, or rescaled for a network."""
    lowest = study.air_level_hu
    if lowest > AIR_HU:
        array = study.coarse_ct.array
        yield f"values from {array.min():g} to {array.max():g}, {AIR_PERCENTILE:g}st percentile {lowest:g}"


RULES = (ct_not_in_hu,)
