"""Shape-based interpolation between drawn slices."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.geometry import Volume
from hyoid.imaging.components import content_block, label_components
from hyoid.imaging.editing.edited import Edited, Labels, Mask, checked, labels_present, name_of

Axis = Literal["x", "y", "z"]
"""An index axis of the grid, across which slices are drawn."""

ARRAY_AXIS = {"z": 0, "y": 1, "x": 2}

TIE_MM = 1e-6
"""Distances closer than this are equal: what lies on the outline is outside, and of labels the smaller wins."""


def interpolate_slices(labels: Volume, label: int | None = None, axis: Axis = "z") -> Edited:
    """Fill the slices that were left out between drawn ones.

    Parameters
    ----------
    labels
        Label map, uint8 (z, y, x).
    label
        Which one; None for each of the map for itself.
    axis
        Across which index axis of the grid the slices lie.

    Raises
    ------
    ImageError
        If the map is not uint8 or `label` not in 1-255.

    Notes
    -----
    Raya & Udupa, IEEE Trans Med Imaging 1990;9:32-42: between two neighbouring drawn slices each pixel's signed
    distance to the outline (mm, positive inside) is interpolated linearly, and inside is where it is positive. Here the
    distance is the exact Euclidean one, and the outline lies halfway between pixels. A slice is drawn if it holds a
    voxel of the label. Drawn slices and voxels that have a label stay as they are. Where two labels would fill a voxel,
    the one does whose drawn slices lie closer together, and of equals the one that is deeper inside. Rings stay rings.
    Shapes that move by more than their width between two drawn slices do not meet, and nothing is put between them: a
    note says so.
    """
    array = checked(labels)
    at = ARRAY_AXIS[axis]
    chosen = labels_present(array, label)
    block = content_block(np.isin(array, chosen))
    turned = np.moveaxis(array[block], at, 0)
    start = block[at].start
    z, y, x = (float(s) for s in reversed(labels.grid.spacing))
    rows, columns = (s for i, s in enumerate((z, y, x)) if i != at)
    free = turned == 0
    filling = _Filling(np.zeros(turned.shape, np.uint8), np.full(turned.shape, len(turned)), np.zeros(turned.shape))
    notes: list[str] = []
    for value in chosen:
        for first, last, lost in _fill_label(turned == value, value, (rows, columns), filling):
            notes.append(
                f"{name_of(value)}: {lost} of the shapes in slices {first + start} and {last + start} along {axis} "
                "meet nothing in the other and end in between: draw a slice between them."
            )
    turned[free] = filling.labels[free]
    return Edited.of(labels, array, tuple(notes))


@dataclass(frozen=True, slots=True, eq=False)
class _Filling:
    """What is put between drawn slices: the label, how far apart its drawn slices are, and how deep inside it is."""

    labels: Labels
    gap: NDArray[np.int64]
    depth: NDArray[np.float64]

    def offer(self, at: tuple[int | slice, ...], value: int, gap: int, distance: NDArray[np.float64]) -> None:
        """Put a label where it lies inside and comes from closer slices than what is there, or as close and deeper."""
        closer = (self.gap[at] > gap) & (distance > TIE_MM)
        deeper = (self.gap[at] == gap) & (distance > self.depth[at] + TIE_MM)
        chosen = closer | deeper
        self.labels[at][chosen], self.gap[at][chosen], self.depth[at][chosen] = value, gap, distance[chosen]


def signed_distance(mask: Mask, sampling: tuple[float, float]) -> NDArray[np.float64]:
    """Return the distance (mm) of pixel centres to the outline halfway between pixels, positive inside.

    To the nearest pixel centre of the other kind is half a pixel farther on either side, which cancels where two slices
    are compared. What lies beyond the slice is outside.
    """
    padded = np.pad(mask, 1)
    inside = ndimage.distance_transform_edt(padded, sampling)
    outside = ndimage.distance_transform_edt(~padded, sampling)
    return np.asarray((inside - outside)[1:-1, 1:-1])


def _fill_label(
    mask: Mask,
    value: int,
    sampling: tuple[float, float],
    filling: _Filling,
) -> list[tuple[int, int, int]]:
    """Put one label between its drawn slices.

    Returns pairs of drawn slices with the number of their shapes that end in between.
    """
    _, rows, columns = content_block(mask)
    unmet = []
    for first, last in pairwise(int(i) for i in np.flatnonzero(mask.any(axis=(1, 2)))):
        if last - first < 2:
            continue
        ends = [mask[i, rows, columns] for i in (first, last)]
        distances = [signed_distance(end, sampling) for end in ends]
        between = []
        for i in range(first + 1, last):
            distance = ((last - i) * distances[0] + (i - first) * distances[1]) / (last - first)
            between.append(distance > TIE_MM)
            filling.offer((i, rows, columns), value, last - first, distance)
        lost = _not_bridged(ends, between)
        if lost:
            unmet.append((first, last, lost))
    return unmet


def _not_bridged(ends: list[Mask], between: list[Mask]) -> int:
    """Count the shapes of two drawn slices that what was put between does not connect with the other slice."""
    stack = np.stack([ends[0], *between, ends[1]])
    pieces, _ = label_components(stack)
    numbers = [set(np.unique(pieces[at])) - {0} for at in (0, -1)]
    common = numbers[0] & numbers[1]
    lost = 0
    for at in (0, -1):
        shapes, count = ndimage.label(stack[at], np.ones((3, 3)))
        lost += sum(int(pieces[at][shapes == shape][0]) not in common for shape in range(1, count + 1))
    return lost
