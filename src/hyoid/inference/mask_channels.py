"""GTVp and GTVn as two more channels of what a network sees, and the block around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort.case import GTVN, GTVP
from hyoid.imaging.lesion_crop import Shape, crop, crop_start
from hyoid.inference.classify import Images

LESIONS = (GTVP, GTVN)
"""Values of the label map, one channel each, in the order of `recipe.inputs.channels`."""


def with_mask_channels(images: Images, labels: NDArray[np.uint8] | None, size: Shape | None = None) -> Images:
    """Return the channels (C + 2, z, y, x) and their flags (C + 2,): the images, GTVp and GTVn, each 0 or 1.

    Parameters
    ----------
    images
        Channels (C, z, y, x) and their flags (C,).
    labels
        Label map (z, y, x) on the same grid; without one both channels are 0, and so are their flags.
    size
        The block (z, y, x) that is cut out around the lesions; None keeps the frame.

    Raises
    ------
    GeometryError
        If the label map has another shape, or the block is larger than the frame.
    """
    values, present = images
    shape: Shape = (values.shape[1], values.shape[2], values.shape[3])
    start = (0, 0, 0) if size is None else crop_start(labels, shape, size)
    if labels is None:
        masks = np.zeros((len(LESIONS), *shape), np.float32)
    else:
        masks = np.stack([labels == value for value in LESIONS]).astype(np.float32)
    together = crop(np.concatenate([values, masks]), start, size or shape)
    flags = np.concatenate([present, np.full(len(LESIONS), labels is not None)])
    return np.ascontiguousarray(together), flags
