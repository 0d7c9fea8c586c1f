"""The CT window."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from hyoid.imaging.intensity.bounds import check_order
from hyoid.settings import Settings


class Window(Settings):
    """Map `lower`..`upper` linearly onto the range `to`; what lies beyond gets the range's ends.

    Level and width are (lower + upper) / 2 and upper - lower: level 40, width 300 HU is -110..190.
    """

    name: Literal["window"] = "window"
    lower: float
    upper: float
    to: tuple[float, float] = (0.0, 1.0)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.lower, self.upper)
        check_order(*self.to)
        return self

    def apply(self, array: NDArray[Any]) -> NDArray[np.float32]:
        """Return the windowed values, as float32, in an array of the same shape."""
        low, high = self.to
        out = array.astype(np.float32)
        out -= np.float32(self.lower)
        out *= np.float32((high - low) / (self.upper - self.lower))
        out += np.float32(low)
        clipped: NDArray[np.float32] = np.clip(out, np.float32(low), np.float32(high), out=out)
        return clipped
