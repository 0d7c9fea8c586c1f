"""Standardisation by mean and spread."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.settings import Settings

LEAST_DEVIATION = 1e-6
"""Least deviation, as part of the mean (or of 1), that is divided by: below it a constant image has only the rounding
error of single precision."""


class ZScore(Settings):
    """Subtract the image's mean and divide by its standard deviation.

    With `nonzero`, mean and deviation are those of the voxels that are not 0, and zeros stay 0: MONAI's
    `NormalizeIntensity(nonzero=True)`, which the challenge's baseline applies to the PET. A constant image becomes 0.
    """

    name: Literal["z_score"] = "z_score"
    nonzero: bool = True

    def apply(self, array: NDArray[Any]) -> NDArray[np.float32]:
        """Return the standardised values, as float32, in an array of the same shape."""
        out = array.astype(np.float32)
        chosen = out != 0 if self.nonzero else np.ones(out.shape, bool)
        mean, deviation = _moments(out, chosen)
        np.subtract(out, np.float32(mean), out=out, where=chosen)
        if deviation > LEAST_DEVIATION * max(1.0, abs(mean)):
            np.divide(out, np.float32(deviation), out=out, where=chosen)
        return out


def _moments(array: NDArray[np.float32], chosen: NDArray[np.bool_]) -> tuple[float, float]:
    """Return mean and standard deviation in double precision, plane by plane so that no large copy is made."""
    count = int(np.count_nonzero(chosen))
    if count == 0:
        return 0.0, 0.0
    pairs = list(zip(array, chosen, strict=True))
    mean = sum(float(plane[at].sum(dtype=np.float64)) for plane, at in pairs) / count
    squares = sum(float(np.square(plane[at] - mean, dtype=np.float64).sum()) for plane, at in pairs)
    return mean, (squares / count) ** 0.5
