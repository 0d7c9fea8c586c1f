"""How experts draw: the contour style of each centre (dataset descriptor, section Annotation Protocol)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.geometry import Volume
from hyoid.phantom.centers import ContourStyle
from hyoid.phantom.lesions import PlacedLesion
from hyoid.phantom.render import Canvas, content_box
from hyoid.phantom.tissue import Array, Tissue

GTVP, GTVN = 1, 2

_MARGIN_MM: dict[ContourStyle, float] = {
    "radiotherapy": 1.5,
    "ct": 0.8,
    "pet_flab": 0.3,
    "pet_adaptive": 0.3,
    "slices_removed": 0.4,
    "network": 0.2,
}
"""How far outside the true surface a contour runs: radiotherapy volumes are drawn on the generous side."""

_OBSERVER_MM = 0.5
_PET_SHARE = {"pet_flab": 0.36, "pet_adaptive": 0.36}
_PET_REACH_MM = 5.0
_SOFT_HU = (-200.0, 300.0)
_USZ_HU = (20.0, 180.0)
_FORBIDDEN = np.isin(
    np.arange(256),
    [
        Tissue.OUTSIDE, Tissue.AIRWAY, Tissue.LUNG, Tissue.BONE, Tissue.MARROW, Tissue.CSF, Tissue.CORD, Tissue.BRAIN,
        Tissue.TEETH, Tissue.METAL, Tissue.TABLE,
    ],
)  # fmt: skip
"""By tissue, whether no contour may cover it."""

Box = tuple[slice, slice, slice]


@dataclass(frozen=True, slots=True)
class View:
    """What the person who contours sees: CT and PET as reconstructed, and what is truly there."""

    canvas: Canvas
    ct: Volume
    pet: Volume
    true_hu: NDArray[np.float32]
    tissue: NDArray[np.uint8]
    spoilt: NDArray[np.bool_]


def draw_contours(
    rng: np.random.Generator, style: ContourStyle, lesions: tuple[PlacedLesion, ...], view: View
) -> NDArray[np.uint8]:
    """Return the label map (z, y, x) on the CT's grid: 1 GTVp, 2 GTVn, never overlapping and never touching."""
    low, high = _SOFT_HU
    mask = np.zeros(view.ct.grid.shape, np.uint8)
    for lesion in lesions:
        distance = view.canvas.distance(lesion.shape)
        box = content_box(distance < _PET_REACH_MM + 3.0, margin=1)
        near = distance[box] + np.float32(rng.normal(0, _OBSERVER_MM))
        soft = (view.true_hu[box] > low) & (view.true_hu[box] < high) & ~_FORBIDDEN[view.tissue[box]]
        label = GTVP if lesion.plan.kind == "gtvp" else GTVN
        drawn = _draw(style, label, near, soft, view, box)
        mask[box][drawn & (mask[box] == 0)] = label
    return _separated(mask)


def _draw(
    style: ContourStyle, label: int, distance: Array, soft: NDArray[np.bool_], view: View, box: Box
) -> NDArray[np.bool_]:
    anatomical = (distance < _MARGIN_MM[style]) & soft
    if style == "pet_adaptive" or (style == "pet_flab" and label == GTVP):
        near = (distance < _PET_REACH_MM) & soft
        drawn = _by_uptake(_PET_SHARE[style], near, view, box)
    elif style == "slices_removed":
        drawn = _without_artefacts(anatomical, view, box)
    elif style == "network":
        drawn = _smoothed(anatomical) & soft
    else:
        drawn = anatomical
    enough = np.count_nonzero(drawn) >= 0.35 * np.count_nonzero(anatomical)
    return _largest(drawn if enough else anatomical, keep_share=0.1 if style == "slices_removed" else 1.0)


def _by_uptake(share: float, near: NDArray[np.bool_], view: View, box: Box) -> NDArray[np.bool_]:
    """Threshold the PET at a share of the lesion's maximum, corrected on the CT for air and bone."""
    uptake = _on_ct(view.pet, view.ct, box)
    peak = float(np.percentile(uptake[near], 95)) if near.any() else 0.0
    return np.asarray(near & (uptake > share * peak))


def _without_artefacts(drawn: NDArray[np.bool_], view: View, box: Box) -> NDArray[np.bool_]:
    """Remove slices with metal streaks and voxels outside 20-180 HU."""
    low, high = _USZ_HU
    hu = view.ct.array[box]
    kept = drawn & (hu >= low) & (hu <= high)
    without = kept & ~view.spoilt[box[0], None, None]
    return without if without.sum() > 0.5 * kept.sum() else kept


def _smoothed(drawn: NDArray[np.bool_]) -> NDArray[np.bool_]:
    from scipy.ndimage import gaussian_filter

    return np.asarray(gaussian_filter(drawn.astype(np.float32), 0.8) > 0.5)


def _largest(drawn: NDArray[np.bool_], keep_share: float) -> NDArray[np.bool_]:
    """Keep the largest component, and others of at least `keep_share` of its size."""
    from scipy.ndimage import label

    parts, count = label(drawn, np.ones((3, 3, 3)))
    if count <= 1:
        return drawn
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= keep_share * sizes.max())[parts] & drawn)


def _separated(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take from the nodes what touches the primary: GTVn is always kept separate from GTVp."""
    from scipy.ndimage import binary_dilation

    box = content_box(mask == GTVP, margin=1)
    if not (mask[box] == GTVP).any():
        return mask
    around = binary_dilation(mask[box] == GTVP, np.ones((3, 3, 3), bool))
    mask[box][around & (mask[box] == GTVN)] = 0
    return mask


def _on_ct(pet: Volume, ct: Volume, box: Box) -> Array:
    """Interpolate the PET linearly on a block of the CT's grid; both are axis-aligned here."""
    from scipy.ndimage import affine_transform

    ratio = [c / p for c, p in zip(reversed(ct.grid.spacing), reversed(pet.grid.spacing), strict=True)]
    first = ct.grid.to_world([part.start for part in reversed(box)])
    shape = tuple(part.stop - part.start for part in box)
    start = np.flip(pet.grid.to_index(first))
    return np.asarray(affine_transform(pet.array, ratio, start, shape, np.float32, order=1))
