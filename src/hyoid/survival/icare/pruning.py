"""Which of several correlated columns stay."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hyoid.survival.icare.ranks import mid_ranks, varies

Floats = NDArray[np.float64]
Correlation = Literal["pearson", "spearman"]

_ROUNDING = 1e-12
"""Share of a sum of squares that may be rounding; below it a column is constant among the patients of a pair."""


def uncorrelated(
    values: Floats, counts: NDArray[np.integer], rho: float, correlation: Correlation
) -> NDArray[np.bool_]:
    """Return which columns stay, shape (columns,): those with |correlation| <= rho to every earlier column.

    An earlier column counts even if it goes itself. A column without a correlation (constant, unknown) stays.

    Parameters
    ----------
    values
        (n, columns), may hold NaN.
    counts
        (n,) how often each patient was drawn.
    """
    above = np.abs(correlations(values, counts, correlation)) > rho  # NaN is not above
    goes: NDArray[np.bool_] = np.any(np.triu(above, 1), axis=0)
    return ~goes


def correlations(values: Floats, counts: NDArray[np.integer], correlation: Correlation) -> Floats:
    """Return the correlation of each two columns over the patients of whom both are known, (columns, columns).

    `spearman` takes Pearson's of the mid-ranks that each column's values have among all patients in whom it is known.
    NaN where a column does not vary among the patients that a pair shares.
    """
    values, weights = values[counts > 0], counts[counts > 0].astype(np.float64)
    known = ~np.isnan(values)
    if correlation == "spearman":
        values = mid_ranks(values, weights)
    mean = weights @ np.where(known, values, 0) / np.maximum(weights @ known, 1)
    centered = np.where(
        known & varies(values), values - mean, 0
    )  # else a large mean would take the digits of the squares
    product = (centered.T * weights) @ centered
    if known.all():
        spread = np.repeat(np.diag(product)[:, None], len(product), axis=1)
    else:
        product, spread = _over_shared_patients(product, centered, known.astype(np.float64), weights)
    shared = np.sqrt(spread) * np.sqrt(spread.T)
    found: Floats = np.divide(product, shared, out=np.full_like(product, np.nan), where=shared > 0)
    return found


def _over_shared_patients(product: Floats, centered: Floats, known: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the sums of products and of squares about the means over the patients of whom both columns are known.

    Entry (a, b) of the second is that of column a; 0 where no more than rounding is left of it.
    """
    patients = (known.T * weights) @ known
    sums = (centered.T * weights) @ known
    squares = (centered.T**2 * weights) @ known
    means = np.divide(sums, patients, out=np.zeros_like(sums), where=patients > 0)
    spread = squares - sums * means
    return product - sums * means.T, np.where(spread > _ROUNDING * squares, spread, 0)
