"""Imputation by a model: a missing number is predicted from the patient's other numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.fitted import FittedColumn
from hyoid.cohort.encoders.indicator import fit_indicator
from hyoid.cohort.encoders.ordered import OrderedEncoder
from hyoid.cohort.encoders.regressed import fit_regressed


class Regression(OrderedEncoder):
    """Every column whose fitted values are numbers is standardised; a missing value is a ridge regression's prediction.

    The prediction is made from the patient's other numeric columns, where these are missing themselves from their
    fitted medians, by weights fitted on the cases that have the value. Columns with words (`m_stage`) and those named
    in `unordered` become one-hot, with missing as a category, and predict nothing.

    Parameters
    ----------
    ridge
        Weight of the penalty on the squared weights, beside a sum of squared errors over the cases, both of
        standardised values; the intercept is free. At least 1e-6, so that columns that repeat each other share a
        weight and the equations keep one solution.
    """

    name: Literal["regression"] = "regression"
    ridge: float = Field(1.0, ge=1e-6, allow_inf_nan=False)

    def fit_column(self, cases: Sequence[Case], column: str) -> FittedColumn:
        """Fit one column that has no other to be predicted from."""
        return self.fit_columns(cases, (column,))[0]

    def fit_columns(self, cases: Sequence[Case], columns: Sequence[str]) -> tuple[FittedColumn, ...]:
        """Fit the columns, each number with all other numbers as its predictors."""
        numbers = tuple(column for column in columns if self.is_number(cases, column))
        return tuple(
            fit_regressed(cases, column, numbers, ridge=self.ridge, flag=self.flag)
            if column in numbers
            else fit_indicator(cases, column, "missing")
            for column in columns
        )
