"""Whether two images are one: the same picture at the same place, however their files differ."""

from __future__ import annotations

import numpy as np

from hyoid.dicom.places import SAME_PLACE_MM
from hyoid.dicom.read import read_images
from hyoid.dicom.slice import Slice
from hyoid.dicom.source import Reader
from hyoid.dicom.volumes import rescale
from hyoid.errors import DicomError


def same_image(one: Slice, other: Slice, reader: Reader) -> bool:
    """Whether two images have the same position, rescaling and stored values; False where either cannot be read."""
    if one.position is None or other.position is None or one.orientation != other.orientation:
        return False
    if np.abs(np.subtract(one.position, other.position)).max() > SAME_PLACE_MM or one.spacing != other.spacing:
        return False
    try:
        (first, ours), (second, theirs) = (next(read_images([image], reader)) for image in (one, other))
        return rescale(first, one) == rescale(second, other) and np.array_equal(ours, theirs)
    except DicomError:
        return False
