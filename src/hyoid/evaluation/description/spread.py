"""How numbers lie: how many, their median, their range."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and range of the `n` values that are known; all three are NaN where there is none."""

    n: int
    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Return the spread of numbers, none of which is missing."""
        known = np.array(list(values), np.float64)
        if len(known) == 0:
            return cls(0, math.nan, math.nan, math.nan)
        return cls(len(known), float(np.median(known)), float(known.min()), float(known.max()))

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        return asdict(self)

    def __str__(self) -> str:
        if self.n == 0:
            return "–"
        median, low, high = (_short(value) for value in (self.median, self.low, self.high))
        return median if low == high else f"{median} ({low} to {high})"


def _short(value: float) -> str:
    """Return a number with three significant digits, but never with fewer than its whole part has."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{float(f'{value:.3g}'):g}"
