"""A categorical column as one output column per category, the missing value among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.value import categories_of, value_of
from hyoid.settings import Settings

Unseen = Literal["missing", "zeros"]


class IndicatorColumn(Settings):
    """Fitted state: the categories of the fitted cases, numbers first, then words.

    `missing` is always a category of its own, so that its column exists even where no fitted case needs it. A category
    that no fitted case had becomes the missing one or all zeros (`unseen`), and is noted.
    """

    kind: Literal["indicator"] = "indicator"
    column: str
    categories: tuple[int | float | str, ...]
    unseen: Unseen

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the output columns: `tobacco=0`, `tobacco=1`, `tobacco=missing`."""
        return tuple(f"{self.column}={category}" for category in (*self.categories, "missing"))

    def encode(self, cases: Sequence[Case], notes: list[str]) -> NDArray[np.float32]:
        """Return the output columns, shape (n, categories + 1)."""
        position = {category: k for k, category in enumerate(self.categories)}
        encoded = np.zeros((len(cases), len(position) + 1), np.float32)
        for row, case in zip(encoded, cases, strict=True):
            value = value_of(case, self.column)
            if value is None:
                row[-1] = 1
            elif value in position:
                row[position[value]] = 1
            else:
                notes.append(
                    f"{case.id}: {self.column} = {value!r} was never seen in training; encoded as {self.unseen}."
                )
                row[-1] = self.unseen == "missing"
        return encoded


def fit_indicator(cases: Sequence[Case], column: str, unseen: Unseen) -> IndicatorColumn:
    """Fit the categories."""
    return IndicatorColumn(column=column, categories=categories_of(cases, column), unseen=unseen)
