"""Contours by a threshold halfway between the lesion's maximum and the background around it."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.geometry import Volume
from hyoid.imaging.blocks import Block
from hyoid.imaging.contouring.contour import Contour
from hyoid.imaging.contouring.region import Mask, Region, border, region_in_box
from hyoid.imaging.contouring.threshold import above_threshold

BACKGROUND_DISTANCE_MM = 6.0
"""Background is measured farther than this from the contour: about the width of a PET's point-spread."""

LEAST_BACKGROUND_VOXELS = 20
"""Fewer voxels so far away give no steady median: all voxels outside the contour are taken."""

MOST_ITERATIONS = 100


def adaptive_threshold(pet: Volume, box: Block, fraction: float = 0.5) -> Contour:
    """Contour by a threshold that adapts to the background, iterated until the contour stays as it is.

    The threshold is BG + fraction (SUVmax - BG); with `fraction` = 0.5 this is 0.5 (BG + SUVmax).

    Parameters
    ----------
    pet
        PET in SUV.
    box
        Where to look, in voxels of the PET's grid; it must hold background beside the lesion.
    fraction
        Where between background and maximum the threshold lies.

    Raises
    ------
    ImageError
        If the box cannot be used (see `region_in_box`) or its maximum is not positive.

    Notes
    -----
    Formula: Boellaard, Krak, Hoekstra & Lammertsma, J Nucl Med 2004;45:1519-1527 (ROI 0.5(BG+MAX)). The method of GE's
    PET VCAR, with which one centre of the data set contoured, is not published; this is not it, but of its kind.

    The paper says nothing of how background and contour depend on each other. Here: BG is the median of the box's
    voxels that lie farther than 6 mm from the contour (fewer than 20: of all outside it); the contour is what is
    26-connected to the hottest voxel at or above the threshold; BG starts as the median of the box's outermost voxels,
    and contour and BG take turns until the contour stays the same. If contours come around in a circle, the one of the
    highest threshold is taken, with a note.
    """
    if not 0 < fraction < 1:
        raise ImageError.of(f"a share of {fraction:g}", "a number between 0 and 1", "Halfway is 0.5.")
    region = region_in_box(pet, box)
    highest = float(region.values.max())
    if highest <= 0:
        raise ImageError.of(
            f"a maximum of {highest:.2f} in the box", "a positive one", "Place the box around a lesion."
        )
    seen: dict[bytes, float] = {}
    background = float(np.median(region.values[border(region.values.shape)]))
    threshold, settled = background + fraction * (highest - background), False
    while not settled and len(seen) < MOST_ITERATIONS:
        mask, notes = above_threshold(region, threshold, connected=True)
        key = np.packbits(mask).tobytes()
        if key in seen:
            seen = dict(list(seen.items())[list(seen).index(key) :])
            break
        seen[key] = threshold
        background = _background(region, mask)
        following = background + fraction * (highest - background)
        settled = np.array_equal(above_threshold(region, following, connected=True)[0], mask)
        threshold = following
    if not settled:
        threshold = max(seen.values())
        mask, notes = above_threshold(region, threshold, connected=True)
        notes += ("The threshold did not settle; of the contours that take turns, the smallest was taken.",)
    background = _background(region, mask)
    notes += (
        f"Threshold SUV {threshold:.2f} between a background of {background:.2f} and a maximum of {highest:.2f}.",
    )
    return region.contour(mask, notes, threshold)


def _background(region: Region, mask: Mask) -> float:
    """Return the median around the contour.

    It never fills the box: the threshold lies above the median of voxels outside it, or is the maximum of a box that is
    not flat.
    """
    outside = ~mask
    distance = ndimage.distance_transform_edt(outside, region.spacing_zyx)
    far = distance > BACKGROUND_DISTANCE_MM
    chosen = far if np.count_nonzero(far) >= LEAST_BACKGROUND_VOXELS else outside
    return float(np.median(region.values[chosen]))
