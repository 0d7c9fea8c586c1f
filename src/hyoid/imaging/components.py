"""Connected components of masks and label maps."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Connectivity = Literal[6, 18, 26]
"""Which of a voxel's neighbours belong to it: those that share a face, also an edge, also a corner."""

_RANK = {6: 1, 18: 2, 26: 3}


def label_components(mask: NDArray[Any], connectivity: Connectivity = 26) -> tuple[NDArray[np.int32], int]:
    """Give each connected component of the non-zero voxels a number.

    The result is the components as an array like `mask`, 0 background, 1 to n in the order of their first voxel, and n.

    Raises
    ------
    KeyError
        If `connectivity` is not 6, 18 or 26.
    """
    structure = ndimage.generate_binary_structure(3, _RANK[connectivity])
    labels = np.empty(mask.shape, np.int32)
    if not mask.size:  # which SciPy refuses
        return labels, 0
    count = ndimage.label(mask, structure, output=labels)
    return labels, int(count)


def remove_small_components(
    labels: NDArray[np.uint8],
    voxel_volume_mm3: float,
    minimum_ml: float,
    connectivity: Connectivity = 26,
    only: Collection[int] | None = None,
) -> NDArray[np.uint8]:
    """Return a copy of a label map (z, y, x) without components smaller than `minimum_ml`, where given of `only` some.

    Each label's components are taken for themselves: a small node that touches the primary tumour still is small.
    """
    kept = labels.copy()
    for label, slices in enumerate(ndimage.find_objects(labels), start=1):
        if slices is None or (only is not None and label not in only):
            continue
        view = kept[slices]
        components, count = label_components(labels[slices] == label, connectivity)
        sizes_ml = np.bincount(components.ravel(), minlength=count + 1) * voxel_volume_mm3 / 1000.0
        small = sizes_ml < minimum_ml
        small[0] = False
        view[small[components]] = 0
    return kept


def largest_component(mask: NDArray[Any], connectivity: Connectivity = 26) -> NDArray[np.bool_]:
    """Return the component of most voxels; all False where the mask is empty; the first of equals."""
    components, count = label_components(mask, connectivity)
    if count == 0:
        return np.zeros(mask.shape, bool)
    sizes = np.bincount(components.ravel())
    sizes[0] = 0
    largest: NDArray[np.bool_] = components == sizes.argmax()
    return largest


def fill_holes(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask of any dimension with the background that does not reach its border (by faces) filled.

    The same as `scipy.ndimage.binary_fill_holes`, which dilates again and again; here one labelling does it.
    """
    holes, count = ndimage.label(~mask)
    enclosed = np.ones(count + 1, bool)
    for axis in range(mask.ndim):
        for end in (0, -1):
            enclosed[holes.take(end, axis)] = False
    enclosed[0] = False
    filled: NDArray[np.bool_] = mask | enclosed[holes]
    return filled


def content_block(*arrays: NDArray[Any]) -> tuple[slice, ...]:
    """Return the slices (z, y, x) of the smallest block that holds every non-zero voxel of arrays of one shape."""
    block: tuple[slice, ...] = ()
    for axis in range(arrays[0].ndim):  # each pass looks only at what the last one left
        others = tuple(other for other in range(arrays[0].ndim) if other != axis)
        hit = np.flatnonzero(np.logical_or.reduce([array[block].any(axis=others) for array in arrays]))
        block += (slice(int(hit[0]), int(hit[-1]) + 1) if len(hit) else slice(0, 0),)
    return block


def voxel_counts(labels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count the voxels of each label, 1 to 255 (256 numbers, the first is 0), plane by plane, which needs no memory."""
    counts = np.zeros(256, np.int64)
    for plane in labels[content_block(labels)]:
        counts += np.bincount(plane.ravel(), minlength=256)
    counts[0] = 0
    return counts
