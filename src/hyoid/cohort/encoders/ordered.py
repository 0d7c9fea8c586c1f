"""What encoders for estimators on tables share: every column whose values have an order is a number."""

from __future__ import annotations

from collections.abc import Sequence

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.base import Encoder
from hyoid.cohort.encoders.value import known_values


class OrderedEncoder(Encoder):
    """Settings of these encoders; what is no number becomes one-hot, with missing as a category.

    Parameters
    ----------
    flag
        Adds a presence column for each imputed one.
    unordered
        Columns whose numbers are codes without an order.
    """

    flag: bool = False
    unordered: tuple[str, ...] = ("treatment",)

    def is_number(self, cases: Sequence[Case], column: str) -> bool:
        """Whether a column counts as a number: one of `numeric`, or neither `unordered` nor with words."""
        words = any(isinstance(value, str) for value in known_values(cases, column))
        return column in self.numeric or not (words or column in self.unordered)
