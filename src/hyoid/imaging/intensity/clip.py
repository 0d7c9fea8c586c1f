"""Cutting off extreme values."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from hyoid.imaging.intensity.bounds import check_order
from hyoid.settings import Settings


class Clip(Settings):
    """Raise values to `lower` and lower them to `upper`; either may be left out."""

    name: Literal["clip"] = "clip"
    lower: float | None = None
    upper: float | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.lower is None and self.upper is None:
            raise ValueError("a clip without bounds does nothing; give lower, upper or both")
        if self.lower is not None and self.upper is not None:
            check_order(self.lower, self.upper)
        return self

    def apply(self, array: NDArray[Any]) -> NDArray[np.float32]:
        """Return the bounded values, as float32, in an array of the same shape."""
        bounded: NDArray[np.float32] = np.clip(array.astype(np.float32), self.lower, self.upper)
        return bounded
