"""Standardisation by mean and spread."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.settings import Settings


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
        values = out[chosen].astype(np.float64)
        if values.size == 0:
            return out
        deviation = float(values.std())
        # Rounding leaves a constant image with a deviation near 1e-16 of its value, which must not be divided by.
        scale = deviation if deviation > 1e-9 * max(1.0, float(np.abs(values).max())) else 1.0
        out[chosen] = (values - values.mean()) / scale
        return out
