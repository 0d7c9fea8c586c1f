"""Masks: labels, grid, tissue under them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hyoid.cohort.case import GTVN, GTVP
from hyoid.cohort.check.finding import study_rule
from hyoid.cohort.check.lesions import NAMES
from hyoid.cohort.check.study import Study

AIR_HU = -300.0
"""Below lies air or lung, above fat (-100 HU): the limit that also draws the body's outline."""

BONE_HU = 700.0
"""Above lies cortical bone, tooth or metal; contrast-filled vessels and spongy bone stay below."""

FOREIGN_SHARE = 0.1
"""Share of a lesion's volume in air, or in dense bone, that the edge of a contour, the airway beside it and an invaded
jaw explain; above it the mask is probably shifted, or was drawn on another image."""


@study_rule(
    "unknown-labels", "error", "mask", needs=("mask",),
    finds="mask values other than 0, 1 (GTVp) and 2 (GTVn)",
    expected="0 background, 1 GTVp, 2 GTVn",
    advice="Relabel the mask; probability maps and other structures do not belong here.",
)  # fmt: skip
def unknown_labels(study: Study) -> Iterator[str]:
    """Find values without a meaning."""
    if not study.labels_are_valid:
        foreign = study.mask_values[~np.isin(study.mask_values, (0, 1, 2))]
        shown = ", ".join(f"{float(v):g}" for v in foreign[:5])
        yield f"{foreign.size} other values: {shown}" + (", ..." if foreign.size > 5 else "")


@study_rule(
    "mask-grid", "error", "mask", needs=("mask", "ct"),
    finds="a mask whose grid is not the CT's (size, or a corner more than 0.001 mm away)",
    expected="the CT's own size, spacing, origin and direction",
    advice="Resample the mask onto the CT with `resample_labels`, or copy the header if only that was lost.",
)  # fmt: skip
def mask_grid(study: Study) -> Iterator[str]:
    """Find a mask somewhere else than the CT."""
    if not study.mask_fits_ct:
        yield f"a mask of {study.volume('mask').grid} on a CT of {study.volume('ct').grid}"


def _share(study: Study, label: int, below: float, above: float) -> float:
    chosen = study.volume("mask").array == label
    hu = study.volume("ct").array[chosen]
    return float(np.count_nonzero((hu < below) | (hu > above)) / hu.size) if hu.size else 0.0


@study_rule(
    "mask-in-air", "warning", "mask", needs=("mask-on-ct", "hu"),
    finds=f"more than {FOREIGN_SHARE:.0%} of GTVp or GTVn in voxels below {AIR_HU:g} HU",
    expected=f"tumour in tissue: at most {FOREIGN_SHARE:.0%} in air",
    advice="Look at the contour on the CT: it may be shifted, or drawn on a PET that is not aligned.",
)  # fmt: skip
def mask_in_air(study: Study) -> Iterator[str]:
    """Find contours over air."""
    for label, name in NAMES.items():
        share = _share(study, label, AIR_HU, np.inf)
        if share > FOREIGN_SHARE:
            yield f"{share:.0%} of the {name} in air"


@study_rule(
    "mask-in-bone", "warning", "mask", needs=("mask-on-ct", "hu"),
    finds=f"more than {FOREIGN_SHARE:.0%} of GTVp or GTVn in voxels above {BONE_HU:g} HU",
    expected=f"tumour in soft tissue: at most {FOREIGN_SHARE:.0%} in dense bone, teeth or metal",
    advice="Look at the contour on the CT: it may be shifted. Invaded jaw and metal streaks are innocent reasons.",
)  # fmt: skip
def mask_in_bone(study: Study) -> Iterator[str]:
    """Find contours over dense bone."""
    for label, name in NAMES.items():
        share = _share(study, label, -np.inf, BONE_HU)
        if share > FOREIGN_SHARE:
            yield f"{share:.0%} of the {name} in dense bone"


def _labels(study: Study) -> set[int]:
    return {int(v) for v in study.mask_values}


@study_rule(
    "empty-gtvp", "info", "mask", needs=("labels",),
    finds="a mask with GTVn and without GTVp (4 % of HECKTOR: unknown or resected primary)",
    expected="a GTVp in most patients",
    advice="Nothing to do if the primary is unknown or resected; else the contour is missing.",
)  # fmt: skip
def empty_gtvp(study: Study) -> Iterator[str]:
    """Find that there is no primary tumour."""
    if GTVP not in _labels(study) and GTVN in _labels(study):
        yield "no voxel of GTVp"


@study_rule(
    "empty-gtvn", "info", "mask", needs=("labels",),
    finds="a mask with GTVp and without GTVn (11 % of HECKTOR: no involved node)",
    expected="a GTVn in most patients",
    advice="Nothing to do if no node is involved; else the contours are missing.",
)  # fmt: skip
def empty_gtvn(study: Study) -> Iterator[str]:
    """Find that there is no involved node."""
    if GTVN not in _labels(study) and GTVP in _labels(study):
        yield "no voxel of GTVn"


@study_rule(
    "empty-mask", "warning", "mask", needs=("labels",),
    finds="a mask without any GTVp and GTVn",
    expected="a GTVp, a GTVn or both",
    advice="Remove the mask if the patient was never contoured: an empty one teaches that there is no tumour.",
)  # fmt: skip
def empty_mask(study: Study) -> Iterator[str]:
    """Find that nothing was contoured."""
    if not _labels(study) & {GTVP, GTVN}:
        yield "no voxel of GTVp or GTVn"


RULES = (unknown_labels, mask_grid, mask_in_air, mask_in_bone, empty_gtvp, empty_gtvn, empty_mask)
