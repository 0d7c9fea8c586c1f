"""Concordance of every column of a table with survival, in every draw of a bootstrap at once.

For each event the values of all patients who were followed longer are compared with the event's once; one matrix
product adds the comparisons up with the weights of all draws and rules. Columns known of the same patients share
their weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hyoid.survival.icare.pairs import Floats, PairWeights, Rule, pair_weights
from hyoid.survival.icare.ranks import dense_ranks

_COLUMNS = 128
"""Columns compared at once: few enough that a comparison with all patients stays in the processor's cache."""


def concordances(
    values: Floats,
    days: Floats,
    event: NDArray[np.bool_],
    counts: NDArray[np.integer],
    rules: Sequence[Rule],
) -> Floats:
    """Return the concordance of each column, shape (rules, draws, columns): 1 if a higher value means an earlier event.

    Ties of values count half. A patient whose value is missing is left out of that column, from the weights of
    censoring, tau and percentiles too. NaN where a rule has no pair to compare.

    Parameters
    ----------
    values
        (n, columns), may hold NaN.
    days, event
        (n,) outcomes in order of time, at equal times events first.
    counts
        (draws, n) how often each draw has each patient.
    """
    known = ~np.isnan(values)
    found = np.full((len(rules), len(counts), values.shape[1]), np.nan)
    for rows, columns in _same_patients(known):
        if event[rows].any():
            weights = pair_weights(days[rows], event[rows], counts[:, rows], rules)
            for start in range(0, len(columns), _COLUMNS):
                block = columns[start : start + _COLUMNS]
                found[:, :, block] = _compare(dense_ranks(values[np.ix_(rows, block)]), weights)
    return found


def _same_patients(known: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield the patients and the columns of each pattern of missing values."""
    patterns: dict[bytes, list[int]] = {}
    for column, pattern in enumerate(np.packbits(known.T, axis=1)):
        patterns.setdefault(pattern.tobytes(), []).append(column)
    for columns in patterns.values():
        yield np.flatnonzero(known[:, columns[0]]), np.array(columns)


def _compare(ranks: Floats, weights: PairWeights) -> Floats:
    n, columns = ranks.shape
    draws = len(weights.counts)
    slopes = bool(weights.slope.any())
    later = np.concatenate([weights.counts, weights.counts * weights.reach]) if slopes else weights.counts
    sums = np.zeros((*weights.base.shape[:2], columns))
    compared = np.flatnonzero((weights.base != 0).any(axis=(0, 1)) | (weights.slope != 0).any(axis=(0, 1)))
    step = max(1, _COLUMNS // columns)
    space = np.empty(n * step * columns)
    for events in (compared[start : start + step] for start in range(0, len(compared), step)):
        first = weights.first_later[events[0]]
        shape = (n - first, len(events), columns)
        higher = space[: np.prod(shape)].reshape(shape)
        np.subtract(ranks[events], ranks[first:, None], out=higher)
        np.clip(higher, -1, 1, out=higher)  # ranks are whole, so this is the sign
        if len(events) > 1:
            higher[np.arange(first, n)[:, None] < weights.first_later[events]] = 0
        counted = (later[:, first:] @ higher.reshape(n - first, len(events) * columns)).reshape(-1, *shape[1:])
        sums += np.einsum("rde,dec->rdc", weights.base[:, :, events], counted[:draws])
        if slopes:
            sums += np.einsum("rde,dec->rdc", weights.slope[:, :, events], counted[draws:])
    total = weights.total[:, :, None]
    return 0.5 + 0.5 * np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0)
