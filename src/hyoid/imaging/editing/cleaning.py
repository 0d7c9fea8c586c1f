"""Clean-up: stray voxels and holes."""

from __future__ import annotations

from typing import Literal

import numpy as np

from hyoid.geometry import Volume
from hyoid.imaging.blocks import block_of_slices
from hyoid.imaging.components import (
    Connectivity,
    content_block,
    label_components,
    remove_small_components,
)
from hyoid.imaging.components import fill_holes as fill_mask
from hyoid.imaging.editing.edited import Edited, check_number, checked, labels_present, name_of
from hyoid.imaging.editing.interpolation import ARRAY_AXIS, Axis


def remove_small(
    labels: Volume, minimum_ml: float, label: int | None = None, connectivity: Connectivity = 26
) -> Edited:
    """Remove the components of a label that are smaller than a volume.

    Parameters
    ----------
    labels
        Label map, uint8 (z, y, x).
    minimum_ml
        Components of less than this, mL, become background.
    label
        Of which label; None for all, each for itself.
    connectivity
        Which neighbours are connected: 6, 18 or 26.

    Raises
    ------
    ImageError
        If the map is not uint8, the label not in 1-255, or the volume negative.
    """
    array = checked(labels)
    check_number("minimum_ml", minimum_ml)
    chosen = labels_present(array, label)
    if not array.any():
        return Edited.of(labels, array)
    view = array[content_block(array)]
    kept = remove_small_components(view, labels.grid.voxel_volume_mm3, minimum_ml, connectivity, chosen)
    notes = []
    for value in chosen:
        removed = label_components((view == value) & (kept != value), connectivity)[1]
        if removed:
            notes.append(f"{removed} of the components of {name_of(value)} were smaller than {minimum_ml:g} mL.")
    view[...] = kept
    return Edited.of(labels, array, tuple(notes))


def fill_holes(labels: Volume, label: int | None = None, across: Axis | Literal["3d"] = "3d") -> Edited:
    """Fill background that a label encloses.

    Parameters
    ----------
    labels
        Label map, uint8 (z, y, x).
    label
        Which one; None for each of the map, the smaller numbers first.
    across
        `3d`: what the label encloses on all sides. `x`, `y` or `z`: slice by slice across that index axis, what its
        outline encloses there.

    Raises
    ------
    ImageError
        If the map is not uint8 or the label not in 1-255.

    Notes
    -----
    A hole is what does not reach the border of the slice or image through voxels (by faces) that are not of the label.
    Voxels of another label in it stay as they are.
    """
    array = checked(labels)
    for value in labels_present(array, label):
        mask = array == value
        if not mask.any():
            continue
        z, y, x = content_block(mask)
        block = block_of_slices((z, y, x), mask.shape, 1).slices
        view, inside = array[block], mask[block]
        if across == "3d":
            filled = fill_mask(inside)
        else:
            at = ARRAY_AXIS[across]
            planes = [fill_mask(plane) for plane in np.moveaxis(inside, at, 0)]
            filled = np.moveaxis(np.stack(planes), 0, at)
        view[filled & (view == 0)] = value
    return Edited.of(labels, array)
