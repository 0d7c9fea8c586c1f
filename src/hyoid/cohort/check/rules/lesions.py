"""Lesions: the annotation rules of the dataset paper, stray voxels, what is cut off."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.cohort.case import GTVN, GTVP
from hyoid.cohort.check.finding import study_rule
from hyoid.cohort.check.lesions import Lesion
from hyoid.cohort.check.study import Study, axial_axis
from hyoid.geometry import Volume

NODE_SUV = 2.5
NODE_SHORT_AXIS_MM = 10.0
"""A node is involved with SUV > 2.5, or a short axis of 1 cm or more, or by pathology (Saeed et al., 2025, quality
rules of the annotation)."""

STRAY_VOXELS = 10
STRAY_ML = 0.1
"""A component of fewer voxels than this, and of less volume, is a slip of the brush: a node of 0.1 mL has a diameter of
6 mm, below the resolution of PET; the voxel limit keeps real small lesions on coarse grids."""

CUT_SHARE = 0.02
"""Share of a lesion that may lie outside the frame before it counts as cut: the outermost shell of voxels."""


def is_stray(lesion: Lesion) -> bool:
    """Whether a component is a few voxels only."""
    return len(lesion.voxels) < STRAY_VOXELS and lesion.volume_ml < STRAY_ML


@study_rule(
    "stray-component", "warning", "lesions", needs=("labels",),
    finds=f"a component of fewer than {STRAY_VOXELS} voxels and less than {STRAY_ML:g} mL",
    expected="lesions, no single voxels",
    advice="Erase it: it counts as a lesion in the detection score.",
)  # fmt: skip
def stray_component(study: Study) -> Iterator[str]:
    """Find forgotten voxels."""
    for lesion in study.lesions:
        if is_stray(lesion):
            yield f"{lesion.name} of {len(lesion.voxels)} voxels ({lesion.volume_ml:.3f} mL) {_place(lesion)}"


@study_rule(
    "gtvp-touches-gtvn", "warning", "lesions", needs=("labels",),
    finds="a voxel of GTVp that shares a face, edge or corner with one of GTVn",
    expected="GTVn kept apart from GTVp, as the annotation rules ask",
    advice="Look whether a part of the one was labelled as the other.",
)  # fmt: skip
def gtvp_touches_gtvn(study: Study) -> Iterator[str]:
    """Find primary and node grown together."""
    voxels = touching_voxels(study.volume("mask").array)
    if voxels:
        yield f"{voxels} voxels of GTVp beside GTVn"


def touching_voxels(labels: NDArray[np.generic]) -> int:
    """Count the GTVp voxels that have a GTVn voxel among their 26 neighbours."""
    where = np.argwhere(labels == GTVP)
    if not where.size:
        return 0
    low, high = np.maximum(where.min(axis=0) - 1, 0), where.max(axis=0) + 2
    block = labels[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    near = ndimage.binary_dilation(block == GTVN, np.ones((3, 3, 3), bool))
    return int(np.count_nonzero(near & (block == GTVP)))


@study_rule(
    "node-not-suspicious", "warning", "lesions", needs=("labels", "suv"),
    finds=f"a GTVn component with SUVmax <= {NODE_SUV:g} and a short axis below {NODE_SHORT_AXIS_MM:g} mm",
    expected=f"SUV > {NODE_SUV:g}, or a short axis of {NODE_SHORT_AXIS_MM:g} mm or more, or proof by pathology",
    advice="Ask for the reason of the contour; without pathology it breaks the annotation rules.",
)  # fmt: skip
def node_not_suspicious(study: Study) -> Iterator[str]:
    """Find a node that is neither hot nor large."""
    axis = axial_axis(study.volume("mask").grid)
    for lesion in study.lesions:
        if lesion.label != GTVN or is_stray(lesion):
            continue
        suv = suv_max(lesion, study.volume("pet"))
        if suv is None or suv > NODE_SUV:
            continue
        short = lesion.short_axis_mm(axis)
        if short < NODE_SHORT_AXIS_MM:
            yield f"{lesion.name} with SUVmax {suv:.1f} and a short axis of {short:.1f} mm {_place(lesion)}"


def suv_max(lesion: Lesion, pet: Volume) -> float | None:
    """Largest SUV, interpolated linearly at the lesion's voxels; None where the PET does not reach all of it."""
    index = pet.grid.to_index(lesion.points_mm)[:, ::-1].T
    if (index < -0.5).any() or (index > np.array(pet.array.shape)[:, None] - 0.5).any():
        return None
    low = np.maximum(np.floor(index.min(axis=1)).astype(int) - 1, 0)
    block = pet.array[tuple(slice(a, b) for a, b in zip(low, index.max(axis=1).astype(int) + 3, strict=True))]
    values = ndimage.map_coordinates(
        block.astype(np.float32, copy=False), index - low[:, None], order=1, mode="nearest"
    )
    return float(values.max())


@study_rule(
    "lesion-at-border", "warning", "lesions", needs=("labels",),
    finds="a lesion that reaches the first or last slice, row or column of its mask",
    expected="a whole lesion inside the image",
    advice="Part of the tumour was not imaged: its volume and shape are lower bounds.",
)  # fmt: skip
def lesion_at_border(study: Study) -> Iterator[str]:
    """Find a lesion that the scan cuts."""
    last = np.array(study.volume("mask").array.shape) - 1
    for lesion in study.lesions:
        if (lesion.voxels == 0).any() or (lesion.voxels == last).any():
            yield f"{lesion.name} ({lesion.volume_ml:.1f} mL) at the border of the image"


@study_rule(
    "lesion-cut-by-frame", "warning", "lesions", needs=("labels",),
    finds=f"a lesion with more than {CUT_SHARE:.0%} outside the neck box of 200x200x310 mm",
    expected="all lesions inside the frame that networks see",
    advice="A network framed by the neck box cannot find what lies outside; choose a larger frame if this is frequent.",
)  # fmt: skip
def lesion_cut_by_frame(study: Study) -> Iterator[str]:
    """Find a lesion that the default frame cuts."""
    frame = study.frame
    if frame is None:
        return
    size = np.asarray(frame.size)
    for lesion in study.lesions:
        index = frame.to_index(lesion.points_mm)
        outside = float(((index < -0.5) | (index > size - 0.5)).any(axis=1).mean())
        if outside > CUT_SHARE and not is_stray(lesion):
            yield f"{lesion.name} ({lesion.volume_ml:.1f} mL) with {outside:.0%} of it outside the neck box"


def _place(lesion: Lesion) -> str:
    x, y, z = lesion.points_mm.mean(axis=0)
    return f"at ({x:.0f}, {y:.0f}, {z:.0f}) mm LPS"


RULES = (
    stray_component, gtvp_touches_gtvn, node_not_suspicious, lesion_at_border, lesion_cut_by_frame,
)  # fmt: skip
