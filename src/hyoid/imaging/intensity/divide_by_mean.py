"""Scaling by the image's own mean."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.settings import Settings


class DivideByMean(Settings):
    """Divide by the image's mean, after raising a negative least value to 0.

    The mean of a windowed CT lies near or below zero, because most of a head and neck volume is air: dividing by it
    would blow values up or turn their sign. So the image is shifted to start at 0 where it holds negative values;
    its mean then is positive, unless the image is constant, which becomes 0 (a constant of positive value: 1).
    """

    name: Literal["divide_by_mean"] = "divide_by_mean"

    def apply(self, array: NDArray[Any]) -> NDArray[np.float32]:
        """Return values of mean 1, as float32, in an array of the same shape."""
        out = array.astype(np.float32)
        low = float(out.min())
        if low < 0:
            out -= np.float32(low)
        mean = float(out.mean(dtype=np.float64))
        if mean > 0:
            out /= np.float32(mean)
        return out
