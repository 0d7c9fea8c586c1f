"""Median imputation: one standardised number a column, for estimators on tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.base import Encoder
from hyoid.cohort.encoders.fitted import FittedColumn
from hyoid.cohort.encoders.indicator import fit_indicator
from hyoid.cohort.encoders.standardised import fit_standardised
from hyoid.cohort.encoders.value import known_values


class Median(Encoder):
    """Every column whose fitted values are numbers is standardised, with the fitted median for a missing value.

    Columns with words (`m_stage`) and those named in `unordered` become one-hot, with missing as a category.

    Parameters
    ----------
    flag
        Adds a presence column for each imputed one.
    unordered
        Columns whose numbers are codes without an order.
    """

    name: Literal["median"] = "median"
    flag: bool = False
    unordered: tuple[str, ...] = ("treatment",)

    def fit_column(self, cases: Sequence[Case], column: str) -> FittedColumn:
        """Fit one column."""
        words = any(isinstance(value, str) for value in known_values(cases, column))
        if column not in self.numeric and (words or column in self.unordered):
            return fit_indicator(cases, column, "missing")
        return fit_standardised(cases, column, missing="median", flag=self.flag)
