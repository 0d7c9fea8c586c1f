"""A categorical column as one number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.value import categories_of, value_of
from hyoid.settings import Settings


class CodedColumn(Settings):
    """Fitted state: categories and their codes, and the code of a missing value.

    Categories that are all whole numbers from 0 keep their value (plus `fit_coded`'s shift), so that an ordinal scale
    stays one where a step is absent in training; all others are counted from 0 in order.
    """

    kind: Literal["coded"] = "coded"
    column: str
    categories: tuple[int | float | str, ...]
    codes: tuple[float, ...]
    missing: float

    @property
    def names(self) -> tuple[str, ...]:
        """Name of the output column."""
        return (self.column,)

    def encode(self, cases: Sequence[Case], notes: list[str]) -> NDArray[np.float32]:
        """Return the codes, shape (n, 1); a category that no fitted case had is missing, and noted."""
        code_of = dict(zip(self.categories, self.codes, strict=True))
        encoded = np.full((len(cases), 1), self.missing, np.float32)
        for row, case in zip(encoded, cases, strict=True):
            value = value_of(case, self.column)
            if value in code_of:
                row[0] = code_of[value]
            elif value is not None:
                notes.append(f"{case.id}: {self.column} = {value!r} was never seen in training; encoded as missing.")
        return encoded


def fit_coded(cases: Sequence[Case], column: str, *, shift: float, missing: float) -> CodedColumn:
    """Fit the categories and their codes."""
    categories = categories_of(cases, column)
    whole = [category for category in categories if isinstance(category, int) and category >= 0]
    numbers = whole if len(whole) == len(categories) else range(len(categories))
    codes = tuple(float(number) + shift for number in numbers)
    return CodedColumn(column=column, categories=categories, codes=codes, missing=missing)
