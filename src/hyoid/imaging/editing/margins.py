"""Growing and shrinking contours by millimetres."""

from __future__ import annotations

import math

import numpy as np
from scipy import ndimage

from hyoid.errors import ImageError
from hyoid.geometry import Grid, Volume
from hyoid.imaging.blocks import block_of_slices
from hyoid.imaging.components import content_block
from hyoid.imaging.editing.edited import Edited, Mask, check_label, check_number, checked, name_of


def expand(labels: Volume, label: int, margin_mm: float, within: Mask | None = None) -> Edited:
    """Let a label grow into background by a margin that is the same in all directions.

    Parameters
    ----------
    labels
        Label map, uint8 (z, y, x).
    label
        Which one grows; voxels of other labels stay theirs.
    margin_mm
        A background voxel joins if its centre lies no farther than this from the centre of a voxel of the label.
    within
        Voxels (z, y, x) into which it may grow, as those of `body_mask`; None for all.

    Raises
    ------
    ImageError
        If the map is not uint8, the label not in 1-255, the margin negative, or `within` of another shape.
    """
    array = checked(labels)
    check_label(label)
    check_number("margin_mm", margin_mm)
    if within is not None and within.shape != array.shape:
        raise ImageError.of(
            f"limits of shape {within.shape} (z, y, x)", f"the label map's {array.shape}", "Give them on its grid."
        )
    mask = array == label
    if mask.any() and margin_mm > 0:
        block = block_of_slices(_slices(mask), mask.shape, _reach(labels.grid, margin_mm)).slices
        grown = within_distance(mask[block], labels.grid, margin_mm) & (array[block] == 0)
        if within is not None:
            grown &= within[block]
        array[block][grown] = label
    return Edited.of(labels, array, _why_nothing(mask, labels.grid, label, margin_mm))


def shrink(labels: Volume, label: int, margin_mm: float) -> Edited:
    """Take a margin off a label, the same in all directions; it becomes background.

    Parameters
    ----------
    labels
        Label map, uint8 (z, y, x).
    label
        Which one shrinks.
    margin_mm
        A voxel is taken if its centre lies no farther than this from the centre of a voxel that is not of the label. At
        the image's edge the label is taken to go on.

    Raises
    ------
    ImageError
        If the map is not uint8, the label not in 1-255, or the margin negative.
    """
    array = checked(labels)
    check_label(label)
    check_number("margin_mm", margin_mm)
    mask = array == label
    if mask.any() and margin_mm > 0:
        block = block_of_slices(_slices(mask), mask.shape, 1).slices
        array[block][mask[block] & within_distance(~mask[block], labels.grid, margin_mm)] = 0
    return Edited.of(labels, array, _why_nothing(mask, labels.grid, label, margin_mm))


def within_distance(mask: Mask, grid: Grid, distance_mm: float) -> Mask:
    """Return the voxels whose centre lies no farther than `distance_mm` from the centre of a voxel of the mask."""
    if not mask.any():
        return np.zeros_like(mask)
    distance = ndimage.distance_transform_edt(~mask, grid.spacing[::-1])
    return np.asarray(distance <= distance_mm * (1 + 1e-9))


def _why_nothing(mask: Mask, grid: Grid, label: int, margin_mm: float) -> tuple[str, ...]:
    """Say why a margin changes nothing: no label, or no voxel so near."""
    if not mask.any():
        return (f"Nothing is drawn of {name_of(label)}.",)
    nearest = min(grid.spacing)
    if margin_mm * (1 + 1e-9) < nearest:
        return (f"A margin of {margin_mm:g} mm reaches no voxel: the nearest neighbour is {nearest:.3g} mm away.",)
    return ()


def _reach(grid: Grid, margin_mm: float) -> int:
    return math.ceil(margin_mm / min(grid.spacing)) + 1


def _slices(mask: Mask) -> tuple[slice, slice, slice]:
    z, y, x = content_block(mask)
    return z, y, x
