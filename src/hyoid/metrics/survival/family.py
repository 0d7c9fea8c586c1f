"""Measures that are computed together for many resamples of the patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hyoid.metrics.draws import Floats
from hyoid.metrics.survival.distributions import Distributions


@dataclass(frozen=True, slots=True)
class Column:
    """One measure: its key, and the number of patients that it is made of."""

    key: str
    n: int


class Family(Protocol):
    """Measures prepared for certain patients and predictions."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The measures, in the order of the values."""
        ...

    def __call__(self, weights: Floats, distributions: Distributions) -> Floats:
        """Return (replicates, columns) for weights (replicates, n), how often each patient counts; NaN if undefined."""
        ...


def measure_key(measure: str, day: float) -> str:
    """Return the key of a measure at a horizon: `brier` at 365 days is `brier_365`."""
    return f"{measure}_{day:g}"
