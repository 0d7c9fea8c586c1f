"""Numbers standardised, categories one-hot: the official baseline's encoding, fitted inside the fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.base import Encoder
from hyoid.cohort.encoders.fitted import FittedColumn
from hyoid.cohort.encoders.indicator import Unseen, fit_indicator
from hyoid.cohort.encoders.standardised import fit_standardised


class OneHot(Encoder):
    """Numbers: median for missing, then standardised. Categories: one-hot with missing as a category.

    Parameters
    ----------
    flag
        Adds a presence column for each number.
    unseen
        What a category becomes that training never saw: the `missing` category or all `zeros`.
    """

    name: Literal["one_hot"] = "one_hot"
    flag: bool = False
    unseen: Unseen = "missing"

    def fit_column(self, cases: Sequence[Case], column: str) -> FittedColumn:
        """Fit one column."""
        if column in self.numeric:
            return fit_standardised(cases, column, missing="median", flag=self.flag)
        return fit_indicator(cases, column, self.unseen)
