"""Ranks within columns, and which columns vary at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def varies(values: Floats) -> NDArray[np.bool_]:
    """Return which columns (n, columns) hold two different numbers or more, shape (columns,)."""
    missing = np.isnan(values)
    highest = np.where(missing, -np.inf, values).max(axis=0, initial=-np.inf)
    lowest = np.where(missing, np.inf, values).min(axis=0, initial=np.inf)
    found: NDArray[np.bool_] = highest > lowest
    return found


def dense_ranks(values: Floats) -> Floats:
    """Return the ranks 0, 1, 2 ... of the distinct values in each column, shape (n, columns); NaNs last, each apart."""
    rows = np.ascontiguousarray(values.T)
    order = np.argsort(rows, axis=1)
    ordered = np.take_along_axis(rows, order, axis=1)
    steps = np.zeros_like(rows)
    steps[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    ranks = np.empty_like(rows)
    np.put_along_axis(ranks, order, np.cumsum(steps, axis=1), axis=1)
    return np.ascontiguousarray(ranks.T)


def mid_ranks(values: Floats, weights: Floats) -> Floats:
    """Return the mean rank (from 1) of each value among as many patients as the weights say, shape (n, columns).

    Parameters
    ----------
    values
        (n, columns); NaN ranks last and does not move the others.
    weights
        (n,) how often each patient counts.
    """
    n, columns = values.shape
    place = dense_ranks(values).astype(np.intp) + n * np.arange(columns)
    tied = np.bincount(place.ravel(), np.repeat(weights, columns), n * columns).reshape(columns, n)
    middle = np.cumsum(tied, axis=1) - tied + (tied + 1) / 2
    ranks: Floats = middle.ravel()[place]
    return ranks
