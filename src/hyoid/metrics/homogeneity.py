"""Whether the rows of a table of counts, such as those of two centers, share one distribution."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from hyoid.errors import HyoidError
from hyoid.metrics.draws import Floats

LEAST_EXPECTED = 5.0
"""Expected count that four fifths of the cells must have, and none may be below 1, for the chi-square distribution to
hold (Cochran 1954). Otherwise tables of the same margins are drawn."""


@dataclass(frozen=True, slots=True)
class TableTest:
    """Pearson's chi-square, its degrees of freedom and p-value.

    `drawn` tells that the p-value is the share of tables, drawn with the same margins, whose statistic is as large.
    All three numbers are NaN (and the degrees 0) where the table has one row or one column only that is not empty.
    """

    statistic: float
    degrees: int
    p_value: float
    drawn: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        return asdict(self)


def table_test(counts: ArrayLike, draws: int = 9999, seed: int = 0) -> TableTest:
    """Test whether the rows (r,) of a table of counts (r, c) come from one distribution, without continuity correction.

    Parameters
    ----------
    counts
        Whole numbers, 0 or more. Empty rows and columns do not count.
    draws, seed
        Of the tables that are drawn where expected counts are small.

    Raises
    ------
    HyoidError
        If the table is not one of whole numbers.
    """
    table = np.asarray(counts)
    whole = np.issubdtype(table.dtype, np.number) and bool((table == np.floor(table)).all())
    if table.ndim != 2 or not whole or (table < 0).any():
        raise HyoidError.of(f"counts of shape {table.shape}", "a table of whole numbers, 0 or more", "Count cases.")
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return TableTest(math.nan, 0, math.nan, False)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    expected = np.outer(rows, columns) / table.sum()
    statistic = float(_pearson(table[np.newaxis], expected)[0])
    degrees = (len(rows) - 1) * (len(columns) - 1)
    if (expected >= 1).all() and (expected >= LEAST_EXPECTED).mean() >= 0.8:
        return TableTest(statistic, degrees, float(chdtrc(degrees, statistic)), False)
    from scipy.stats import random_table

    null = _pearson(random_table(rows.astype(int), columns.astype(int), seed=seed).rvs(draws), expected)
    reached = int(np.count_nonzero(null >= statistic * (1 - 1e-9)))
    return TableTest(statistic, degrees, (1 + reached) / (1 + draws), True)


def _pearson(tables: Floats, expected: Floats) -> Floats:
    """Return the statistic (m,) of tables (m, r, c)."""
    found: Floats = (np.square(tables - expected) / expected).sum(axis=(1, 2))
    return found
