"""The part of a frame that a network sees whole: a block of fixed size around the lesions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import GeometryError
from hyoid.imaging.components import content_block

Shape = tuple[int, int, int]
"""Voxels along (z, y, x)."""


def crop_start(
    mask: NDArray[Any] | None,
    shape: Shape,
    size: Shape,
    rng: np.random.Generator | None = None,
    random_probability: float = 0.0,
) -> Shape:
    """Return the first voxel (z, y, x) of the block of `size` within a frame of `shape`.

    The block is centred on the bounding box of all foreground, the nearest voxel below where the centre falls between
    two, and moved inside the frame: foreground whose bounding box fits into the block is always wholly in it. Without
    foreground the block lies in the middle of the frame. The bounding box, and not the centroid, decides, because the
    centroid of a large tumour and a small distant node would leave the node outside.

    Parameters
    ----------
    mask
        Label map (z, y, x), foreground where it is not 0; None where there is none.
    shape
        The frame's shape (z, y, x) in voxels.
    size
        The block's shape (z, y, x) in voxels, along no axis more than the frame's.
    rng
        In training, where the start is at times random; None at inference. Each call takes the same number of draws,
        whatever the mask.
    random_probability
        How often, with a `rng`, the start is drawn evenly from all that lie within the frame, foreground or not.

    Raises
    ------
    GeometryError
        If the block is larger than the frame, the mask has another shape than the frame, or the probability is none.
    """
    _check(mask, shape, size, random_probability)
    last = np.subtract(shape, size)
    if rng is not None:
        is_random = rng.random() < random_probability
        start = rng.integers(0, last + 1)
        if is_random:
            return _shape(start)
    foreground = () if mask is None else content_block(mask)
    if not any(along.stop > along.start for along in foreground):
        return _shape(last // 2)
    twice_the_centre = np.array([along.start + along.stop for along in foreground])
    return _shape(np.clip((twice_the_centre - size) // 2, 0, last))


def crop(array: NDArray[Any], start: Shape, size: Shape) -> NDArray[Any]:
    """Return the block of `size` (z, y, x) from `start` on of an array (..., z, y, x), as a view.

    Raises
    ------
    GeometryError
        If the block is not wholly within the array.
    """
    shape = array.shape[-3:]
    if len(shape) < 3 or min(start) < 0 or min(size) < 1 or (np.add(start, size) > shape).any():
        raise GeometryError.of(
            f"a block of {size} from {start} in an array of {array.shape}",
            "one that lies within the last three axes",
            "Choose it with crop_start.",
        )
    z, y, x = (slice(first, first + count) for first, count in zip(start, size, strict=True))
    return array[..., z, y, x]


def _check(mask: NDArray[Any] | None, shape: Shape, size: Shape, random_probability: float) -> None:
    if min(size) < 1 or (np.asarray(size) > shape).any():
        raise GeometryError.of(
            f"a block of {size} in a frame of {shape} voxels (z, y, x)",
            "one that is nowhere larger than the frame",
            "Make the crop smaller or the frame larger.",
        )
    if mask is not None and mask.shape != tuple(shape):
        raise GeometryError.of(f"a mask of {mask.shape}", f"the frame's shape {shape}", "Resample it to the frame.")
    if not 0 <= random_probability <= 1:
        raise GeometryError.of(f"the probability {random_probability}", "0 to 1", "Correct it.")


def _shape(values: NDArray[np.integer[Any]]) -> Shape:
    z, y, x = (int(value) for value in values)
    return z, y, x
