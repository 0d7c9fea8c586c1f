"""Median imputation: one standardised number a column, for estimators on tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.fitted import FittedColumn
from hyoid.cohort.encoders.indicator import fit_indicator
from hyoid.cohort.encoders.ordered import OrderedEncoder
from hyoid.cohort.encoders.standardised import fit_standardised


class Median(OrderedEncoder):
    """Every column whose fitted values are numbers is standardised, with the fitted median for a missing value.

    Columns with words (`m_stage`) and those named in `unordered` become one-hot, with missing as a category.
    """

    name: Literal["median"] = "median"

    def fit_column(self, cases: Sequence[Case], column: str) -> FittedColumn:
        """Fit one column."""
        if self.is_number(cases, column):
            return fit_standardised(cases, column, missing="median", flag=self.flag)
        return fit_indicator(cases, column, "missing")
