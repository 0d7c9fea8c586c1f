"""A numeric column whose missing values are predicted from other numeric columns of the same patient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.standardised import StandardisedColumn, fit_standardised
from hyoid.settings import Settings


class RegressedColumn(Settings):
    """Fitted state: a missing value is the linear prediction own.missing + sum of weights times predictors.

    Parameters
    ----------
    own
        The column itself; its `missing` is the regression's intercept.
    predictors
        The other numeric columns; the `missing` of each is its fitted median.
    weights
        One for each predictor, from standardised values to standardised values.
    """

    kind: Literal["regressed"] = "regressed"
    own: StandardisedColumn
    predictors: tuple[StandardisedColumn, ...]
    weights: tuple[float, ...]

    @model_validator(mode="after")
    def _one_weight_each(self) -> Self:
        if len(self.weights) != len(self.predictors):
            raise ValueError(f"{len(self.weights)} weights for {len(self.predictors)} predictors; one each is needed")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the output columns."""
        return self.own.names

    def encode(self, cases: Sequence[Case], notes: list[str]) -> NDArray[np.float32]:
        """Return the output columns, shape (n, 1 or 2); a word where a number belongs is missing, and noted."""
        encoded = self.own.encode(cases, notes)
        for row, case in zip(encoded, cases, strict=True):
            if self.own.known(case) is None:
                terms = zip(self.weights, (filled(predictor, case) for predictor in self.predictors), strict=True)
                row[0] = math.fsum([self.own.missing, *(weight * value for weight, value in terms)])
        return encoded


def filled(column: StandardisedColumn, case: Case) -> float:
    """Return a case's standardised value, `missing` where there is none."""
    value = column.known(case)
    return column.missing if value is None else value


def fit_regressed(
    cases: Sequence[Case], column: str, numbers: Sequence[str], *, ridge: float, flag: bool
) -> RegressedColumn:
    """Fit one column on the cases that have it; the order of the cases changes nothing.

    Parameters
    ----------
    cases
        The cases to fit on.
    column
        The column to predict.
    numbers
        All numeric columns, `column` among them or not.
    ridge
        Penalty on the squared weights.
    flag
        Whether a presence column is added.
    """
    own = fit_standardised(cases, column, missing=0.0, flag=flag)
    predictors = tuple(
        fit_standardised(cases, other, missing="median", flag=False) for other in numbers if other != column
    )
    values = [(own.known(case), [filled(predictor, case) for predictor in predictors]) for case in cases]
    known = [(target, row) for target, row in values if target is not None]
    weights, intercept = _ridge([row for _, row in known], [target for target, _ in known], ridge)
    weights = weights or (0.0,) * len(predictors)
    own = own.model_copy(update={"missing": intercept})
    return RegressedColumn(own=own, predictors=predictors, weights=weights)


def _ridge(rows: list[list[float]], targets: list[float], ridge: float) -> tuple[tuple[float, ...], float]:
    """Return the weights and the intercept; every sum over the cases is exact, so that their order plays no part."""
    if not rows:
        return (), 0.0
    level = _mean(targets)
    columns = list(zip(*rows, strict=True))
    if not columns:
        return (), level
    means = [_mean(column) for column in columns]
    centred = [[value - mean for value in column] for column, mean in zip(columns, means, strict=True)]
    about = [target - level for target in targets]
    gram = np.array([[_product(a, b) for b in centred] for a in centred])
    moments = np.array([_product(a, about) for a in centred])
    solution = np.linalg.solve(gram + ridge * np.eye(len(columns)), moments)
    weights = tuple(float(weight) for weight in solution)
    return weights, level - math.fsum(weight * mean for weight, mean in zip(weights, means, strict=True))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _product(first: Sequence[float], second: Sequence[float]) -> float:
    return math.fsum(a * b for a, b in zip(first, second, strict=True))
