"""Corrections of label maps by their connected components: the largest, specks of another label, cold ones."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hyoid.imaging.components import label_components, largest_component

Labels = NDArray[np.uint8]


def keep_largest_component(labels: Labels, only: Collection[int]) -> Labels:
    """Return a copy of a label map (z, y, x) with the largest 26-connected component alone of each label in `only`.

    Of components of as many voxels the first is kept.
    """
    kept = labels.copy()
    for label in only:
        own = labels == label
        kept[own & ~largest_component(own)] = 0
    return kept


def separate_lesions(
    labels: Labels, pair: tuple[int, int], voxel_volume_mm3: float, minority_below: float, piece_below_ml: float
) -> Labels:
    """Return a copy of a label map (z, y, x) in which specks of one label within a lesion take the lesion's other one.

    Parameters
    ----------
    labels
        Label map; labels that are not of `pair` are left as they are and belong to no lesion.
    pair
        The two labels. A lesion is a 26-connected component of both together; its minority is the label with fewer
        voxels, and of equals there is none.
    voxel_volume_mm3
        Volume of a voxel.
    minority_below
        A lesion is corrected where the minority has less than this share of its voxels, at most a half.
    piece_below_ml
        Only 26-connected pieces of the minority smaller than this, in mL, change their label.
    """
    kept = labels.copy()
    lesions, count = label_components(np.isin(labels, pair))
    for lesion, block in enumerate(ndimage.find_objects(lesions, max_label=count), start=1):
        inside, view = lesions[block] == lesion, kept[block]
        voxels = {label: int(np.count_nonzero(inside & (view == label))) for label in pair}
        minority, majority = sorted(pair, key=lambda label: voxels[label])
        if voxels[minority] == voxels[majority] or voxels[minority] >= minority_below * sum(voxels.values()):
            continue
        pieces, number = label_components(inside & (view == minority))
        small = _sizes(pieces, number) * voxel_volume_mm3 / 1000.0 < piece_below_ml
        small[0] = False
        view[small[pieces]] = majority
    return kept


def remove_cold_components(
    labels: Labels, suv: NDArray[np.floating[Any]], minimum_suv: float, percentile: float, only: Collection[int]
) -> Labels:
    """Return a copy of a label map (z, y, x) without cold 26-connected components of the labels in `only`.

    A component is cold where the `percentile` (100: the maximum) of `suv`, on the same grid, over its voxels lies below
    `minimum_suv`.
    """
    kept = labels.copy()
    for label in only:
        components, count = label_components(labels == label)
        for component, block in enumerate(ndimage.find_objects(components, max_label=count), start=1):
            inside = components[block] == component
            if np.percentile(suv[block][inside], percentile) < minimum_suv:
                kept[block][inside] = 0
    return kept


def _sizes(components: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    return np.bincount(components.ravel(), minlength=count + 1)
