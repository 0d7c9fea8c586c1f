"""Covariate shift: each feature of each center against that of all other centers."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from hyoid.benchmark.shift.feature_table import FeatureTable
from hyoid.files import jsonable
from hyoid.metrics import (
    Bools,
    Floats,
    holm,
    standardised_difference,
    standardised_difference_of_shares,
    table_test,
)

ShiftTest = Literal["kolmogorov_smirnov", "chi_square", "missing"]

LEAST_VALUES = 5
"""Fewest known values on each side for which a feature is tested."""

_EXACT_UP_TO = 1000  # values on a side; beyond it the exact distribution costs time and tells nothing more


@dataclass(frozen=True, slots=True)
class FeatureShift:
    """One feature of one center against the other centers.

    Parameters
    ----------
    center, feature
        Their names.
    test
        `kolmogorov_smirnov` of a number, `chi_square` of a category, `missing`: chi-square of whether it is known.
    n, n_others
        Patients that count: those of known value, or all where missingness is tested.
    statistic, p_value
        Of the test; NaN where a side has fewer than `LEAST_VALUES` values, or none differ.
    p_holm
        Adjusted for all tests of the table.
    difference
        Standardised mean difference, center - others; of categories and missingness the distance of the shares, which
        has no sign.
    missing, missing_others
        Shares of patients without the value.
    """

    center: str
    feature: str
    test: ShiftTest
    n: int
    n_others: int
    statistic: float
    p_value: float
    p_holm: float
    difference: float
    missing: float
    missing_others: float


@dataclass(frozen=True, slots=True)
class CovariateShift:
    """All tests, by center and then by feature, and how many p-values were adjusted together."""

    rows: tuple[FeatureShift, ...]
    tests: int

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        return dict(jsonable(asdict(self)))


def covariate_shift(table: FeatureTable) -> CovariateShift:
    """Test every feature of every center against that of the other centers together.

    Numbers by the two-sample Kolmogorov-Smirnov test on known values, categories by Pearson's chi-square, and wherever
    a feature is missing in some patients, whether it is missing as often. Holm's correction is over all of them. With
    one center there is no row.
    """
    rows: list[FeatureShift] = []
    centers = np.unique(table.centers)
    for center in centers if len(centers) > 1 else []:
        own = table.centers == center
        for k, name in enumerate(table.names):
            column = table.values[:, k]
            row = _categories if name in table.categorical else _numbers
            rows.append(row(str(center), name, column[own], column[~own]))
            if np.isnan(column).any() and not np.isnan(column).all():
                rows.append(_missingness(str(center), name, column[own], column[~own]))
    adjusted = holm([row.p_value for row in rows])
    found = tuple(replace(row, p_holm=float(p)) for row, p in zip(rows, adjusted, strict=True))
    return CovariateShift(found, int(np.count_nonzero(~np.isnan(adjusted))))


def _numbers(center: str, name: str, own: Floats, others: Floats) -> FeatureShift:
    from scipy.stats import ks_2samp

    one, other = own[~np.isnan(own)], others[~np.isnan(others)]
    statistic = p_value = math.nan
    if min(len(one), len(other)) >= LEAST_VALUES and np.ptp(np.concatenate([one, other])) > 0:
        # the exact distribution is for values without ties; with ties it errs to the safe side
        found = ks_2samp(one, other, method="asymp" if max(len(one), len(other)) > _EXACT_UP_TO else "exact")
        statistic, p_value = float(found.statistic), float(found.pvalue)
    difference = standardised_difference(one, other)
    return _row(center, name, "kolmogorov_smirnov", own, others, (statistic, p_value, difference))


def _categories(center: str, name: str, own: Floats, others: Floats) -> FeatureShift:
    one, other = own[~np.isnan(own)], others[~np.isnan(others)]
    codes = np.unique(np.concatenate([one, other]))
    counts = np.array([[np.count_nonzero(side == code) for code in codes] for side in (one, other)]).reshape(2, -1)
    return _row(center, name, "chi_square", own, others, _of_counts(counts))


def _missingness(center: str, name: str, own: Floats, others: Floats) -> FeatureShift:
    missing: list[Bools] = [np.isnan(side) for side in (own, others)]
    counts = np.array([[side.sum(), (~side).sum()] for side in missing])
    found = _row(center, name, "missing", own, others, _of_counts(counts))
    return replace(found, n=len(own), n_others=len(others))


def _of_counts(counts: np.ndarray[Any, np.dtype[Any]]) -> tuple[float, float, float]:
    """Return statistic, p-value and distance of the shares of two rows of counts."""
    enough = bool((counts.sum(axis=1) >= LEAST_VALUES).all())
    test = table_test(counts) if enough else None
    distance = standardised_difference_of_shares(*counts) if enough else math.nan
    return (math.nan, math.nan, distance) if test is None else (test.statistic, test.p_value, distance)


def _row(
    center: str, name: str, test: ShiftTest, own: Floats, others: Floats, numbers: tuple[float, float, float]
) -> FeatureShift:
    statistic, p_value, difference = numbers
    known = [int(np.count_nonzero(~np.isnan(side))) for side in (own, others)]
    return FeatureShift(
        center=center,
        feature=name,
        test=test,
        n=known[0],
        n_others=known[1],
        statistic=statistic,
        p_value=p_value,
        p_holm=math.nan,
        difference=difference,
        missing=1 - known[0] / len(own),
        missing_others=1 - known[1] / len(others),
    )
