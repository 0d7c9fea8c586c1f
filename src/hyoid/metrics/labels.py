"""Label maps as the metrics see them: checked, cut to what is not background, split into lesions."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort import GTVN, GTVP
from hyoid.errors import ImageError
from hyoid.imaging import content_block

Mask = NDArray[np.bool_]
"""A binary mask of shape (z, y, x)."""


class Lesion(StrEnum):
    """What is scored: the primary tumour, the involved nodes, or both taken as one structure."""

    GTVP = "gtvp"
    GTVN = "gtvn"
    MERGED = "merged"

    def of(self, labels: NDArray[np.uint8]) -> Mask:
        """Return the voxels of this lesion in a label map (0 background, 1 GTVp, 2 GTVn)."""
        mask: Mask = labels != 0 if self is Lesion.MERGED else labels == (GTVP if self is Lesion.GTVP else GTVN)
        return mask


def as_labels(array: NDArray[Any], name: str = "the label map") -> NDArray[np.uint8]:
    """Return `array` (z, y, x) as uint8 labels 0 (background), 1 (GTVp), 2 (GTVn).

    Floating-point maps are taken where every value is exactly 0, 1 or 2; nothing is rounded.

    Raises
    ------
    ImageError
        If the array is not three-dimensional or holds any other value.
    """
    array = np.asarray(array)
    if array.ndim != 3:
        raise ImageError.of(
            f"{array.ndim} dimensions in {name}", "an array (z, y, x)", "Give one 3D label map per case."
        )
    if array.dtype == bool:
        return array.view(np.uint8)
    within = bool(array.min() >= 0) and bool(array.max() <= GTVN)
    labels = array.astype(np.uint8) if within else None
    if labels is None or (not np.issubdtype(array.dtype, np.integer) and bool((labels != array).any())):
        wrong = [value for value in np.unique(array).tolist() if value not in (0, GTVP, GTVN)]
        shown = ", ".join(f"{value:g}" for value in wrong[:5]) + (", ..." if len(wrong) > 5 else "")
        raise ImageError.of(
            f"label values {shown} in {name}",
            "only 0 (background), 1 (GTVp) and 2 (GTVn)",
            "Map the labels to these three before the evaluation.",
        )
    return labels


def cut_to_content(*arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Cut all arrays (z, y, x) to the one smallest block that holds every non-zero voxel of any of them.

    Where all are empty, blocks without voxels come back. No overlap, component or surface changes by this.
    """
    block = content_block(*arrays)
    return tuple(array[block] for array in arrays)
