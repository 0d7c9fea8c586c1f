"""How a PET's values after its intensity chain are turned back into SUV."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hyoid.errors import ImageError

TOLERANCE_SUV = 1e-3
"""How far SUV turned there and back may be off: single precision is good to 1e-5 at the hottest bladder."""


@dataclass(frozen=True, slots=True)
class SuvScale:
    """The line that an intensity chain is within its limits: value = `slope` x SUV + `offset`.

    Every shipped step is such a line, some with limits: what lies beyond is cut off and cannot be turned back.

    Parameters
    ----------
    slope, offset
        Of the line, as it was for this one image.
    zero
        The value that SUV 0 took, where the image has such voxels: a chain that leaves zeros alone takes them off the
        line. What shares the value (a voxel of the mean, by chance) reads as 0.
    floor_suv, ceiling_suv
        The limits; None where nothing was cut off.
    """

    slope: float
    offset: float
    zero: float | None
    floor_suv: float | None
    ceiling_suv: float | None

    @classmethod
    def of(cls, suv: NDArray[np.float32], values: NDArray[np.float32]) -> Self | None:
        """Measure the line on an image before (`suv`) and after its chain (`values`), both (z, y, x).

        The result is checked on every voxel. None where the chain is no such line, or the image shows too little to
        tell: then nothing is turned back, rather than wrongly.
        """
        low, high = float(values.min()), float(values.max())
        inner = (values > low) & (values < high) & (suv > 0)
        if not inner.any():
            return None
        first = np.unravel_index(np.where(inner, suv, np.inf).argmin(), suv.shape)
        last = np.unravel_index(np.where(inner, suv, -np.inf).argmax(), suv.shape)
        run = float(suv[last]) - float(suv[first])
        slope = (float(values[last]) - float(values[first])) / run if run > 0 else 0.0
        if slope <= 0:
            return None
        offset = float(values[first]) - slope * float(suv[first])
        floor, ceiling = (low - offset) / slope, (high - offset) / slope
        zeros = np.flatnonzero(suv.ravel() == 0)
        scale = cls(
            slope=slope,
            offset=offset,
            zero=float(values.ravel()[zeros[0]]) if len(zeros) else None,
            floor_suv=floor if float(suv[suv > 0].min()) < floor - TOLERANCE_SUV else None,
            ceiling_suv=ceiling if float(suv.max()) > ceiling + TOLERANCE_SUV else None,
        )
        return scale if scale._holds(suv, values) else None

    def to_suv(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the SUV of values of this image; where something was cut off, the limit."""
        suv = (values - np.float32(self.offset)) / np.float32(self.slope)
        if self.zero is not None:
            suv[values == np.float32(self.zero)] = 0.0
        return suv

    def check_tells(self, suv: float) -> None:
        """Raise ImageError where the chain cut the image off so that more and less than `suv` look alike."""
        lower, upper = self.floor_suv, self.ceiling_suv
        if (lower is not None and suv <= lower) or (upper is not None and suv > upper):
            raise ImageError.of(
                f"a PET of which only SUV {lower or 0:.2f} to {upper or np.inf:.2f} is left by its intensity chain",
                f"one that tells what lies above SUV {suv:g}",
                "Widen the chain's limits, or leave the SUV gate out.",
            )

    def _holds(self, suv: NDArray[np.float32], values: NDArray[np.float32]) -> bool:
        for plane, after in zip(suv, values, strict=True):  # plane by plane: no large copy
            expected = np.clip(plane, self.floor_suv, self.ceiling_suv) if self._cuts else plane
            off = np.abs(self.to_suv(after) - expected)
            if self.zero is not None:
                off[after == np.float32(self.zero)] = 0.0
            if off.max() > TOLERANCE_SUV:
                return False
        return True

    @property
    def _cuts(self) -> bool:
        return self.floor_suv is not None or self.ceiling_suv is not None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON types, every bit kept."""
        return asdict(self)
