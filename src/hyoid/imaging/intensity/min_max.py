"""Scaling to the unit interval by the image's own extremes."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.settings import Settings


class MinMax(Settings):
    """Map the image's least value to 0 and its greatest to 1; a constant image becomes 0.

    One hot voxel (a bladder of SUV 60, a metal streak) sets the scale: clip first where that is not wanted.
    """

    name: Literal["min_max"] = "min_max"

    def apply(self, array: NDArray[Any]) -> NDArray[np.float32]:
        """Return the scaled values, as float32, in an array of the same shape."""
        out = array.astype(np.float32)
        low, high = float(out.min()), float(out.max())
        if high <= low:
            return np.zeros_like(out)
        out -= np.float32(low)
        out /= np.float32(high - low)
        return out
