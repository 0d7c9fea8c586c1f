"""A numeric column: standardised with the mean and deviation of the fitted cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.value import known_values, value_of
from hyoid.settings import Settings


class StandardisedColumn(Settings):
    """Fitted state: z = (value - mean) / deviation, `missing` (already a z) for a missing value.

    Parameters
    ----------
    mean, deviation
        Of the fitted cases; the deviation with n in the denominator, 1 where all values are equal.
    missing
        What a missing value becomes.
    flag
        Whether a second output column tells presence (1) from absence (0).
    """

    kind: Literal["standardised"] = "standardised"
    column: str
    mean: float
    deviation: float
    missing: float
    flag: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the output columns."""
        return (self.column, f"{self.column}_present") if self.flag else (self.column,)

    def encode(self, cases: Sequence[Case], notes: list[str]) -> NDArray[np.float32]:
        """Return the output columns, shape (n, 1 or 2); a word where a number belongs is missing, and noted."""
        encoded = np.zeros((len(cases), len(self.names)), np.float32)
        for row, case in zip(encoded, cases, strict=True):
            word, value = value_of(case, self.column), self.known(case)
            if isinstance(word, str):
                notes.append(f"{case.id}: {self.column} = {word!r} is no number; encoded as missing.")
            row[0] = self.missing if value is None else value
            if self.flag:
                row[1] = value is not None
        return encoded

    def known(self, case: Case) -> float | None:
        """Return a case's standardised value, None where it is missing or a word."""
        value = value_of(case, self.column)
        return None if value is None or isinstance(value, str) else (value - self.mean) / self.deviation


def fit_standardised(
    cases: Sequence[Case], column: str, *, missing: float | Literal["median"], flag: bool
) -> StandardisedColumn:
    """Fit mean, deviation and, where `missing` is "median", the median; the order of the cases changes nothing."""
    numbers = [float(v) for v in known_values(cases, column) if not isinstance(v, str)]
    mean = math.fsum(numbers) / len(numbers) if numbers else 0.0
    variance = math.fsum((v - mean) ** 2 for v in numbers) / len(numbers) if numbers else 0.0
    deviation = math.sqrt(variance) or 1.0
    if numbers and min(numbers) == max(numbers):
        # The mean of 0.1, 0.1, 0.1 is not 0.1 in double precision, and nothing may be divided by that error.
        mean, deviation = numbers[0], 1.0
    if missing == "median":
        missing = (median(numbers) - mean) / deviation if numbers else 0.0
    return StandardisedColumn(column=column, mean=mean, deviation=deviation, missing=missing, flag=flag)
