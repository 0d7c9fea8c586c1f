"""What is random in iCARE: which patients and which columns a member sees, and in which order of columns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.survival.icare.pairs import Rule
from hyoid.survival.icare.pruning import Correlation


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """What one member is fitted on, and by which rules.

    Parameters
    ----------
    counts
        (n,) how often each patient was drawn.
    columns
        Positions of the columns that it may use, in the order in which the correlated are left out.
    rules
        Under which a column must have one and the same sign.
    least_concordance
        Of the mean over the rules of max(c, 1 - c); 0.5 keeps every column that the rules agree on.
    rho
        Greatest |correlation| to an earlier column; 1 leaves none out.
    correlation
        Pearson's or Spearman's.
    """

    counts: NDArray[np.intp]
    columns: NDArray[np.intp]
    rules: tuple[Rule, ...]
    least_concordance: float = 0.5
    rho: float = 1.0
    correlation: Correlation = "pearson"


def canonical_order(
    values: NDArray[np.float64], days: NDArray[np.float64], event: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return the patients in order of time, at equal times events first, then by the bytes of their values.

    Whoever still ties is the same in everything. A bootstrap drawn over this order, and sums in it, do not depend on
    the order in which the patients came.
    """
    one_zero_one_nan = np.where(np.isnan(values), np.nan, values + 0.0)
    rows = [row.tobytes() for row in one_zero_one_nan]
    return np.array(sorted(range(len(rows)), key=lambda i: (days[i], not event[i], rows[i])), np.intp)


def draw_counts(rng: np.random.Generator, event: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return how often each of n patients is drawn, n times with replacement, shape (n,).

    A draw without an event is drawn again, for it says nothing: at least one patient must have had one.
    """
    while True:
        counts = np.bincount(rng.integers(len(event), size=len(event)), minlength=len(event))
        if (counts * event).any():
            return counts


def draw_columns(
    rng: np.random.Generator,
    columns: int,
    share: float,
    mandatory: Collection[int] = (),
    allowed: Collection[int] | None = None,
) -> NDArray[np.intp]:
    """Return the columns of a member, shuffled.

    First max(1, floor(share x columns)) are drawn, then the mandatory ones added, then those left out that are neither
    allowed nor mandatory.
    """
    chosen = rng.choice(columns, max(1, int(share * columns)), replace=False) if share < 1 else np.arange(columns)
    chosen = np.union1d(chosen, np.array(sorted(mandatory), np.intp))
    if allowed is not None:
        chosen = chosen[np.isin(chosen, sorted({*allowed, *mandatory}))]
    return rng.permutation(chosen.astype(np.intp))
