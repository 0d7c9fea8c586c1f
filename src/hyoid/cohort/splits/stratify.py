"""Dividing cases into parts so that every label is spread over them in proportion.

Iterative stratification (Sechidis, Tsoumakas, Vlahavas, "On the stratification of multi-label data", ECML PKDD 2011):
the rarest label that is left is dealt first, each case to the part that still wants that label most. Two things are
added: the parts' sizes are exact, and swaps of two cases between parts follow while they bring the counts closer to
proportion, over single labels and over pairs of labels (as in Szymanski and Kajdanowicz, 2017).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

PAIR_WEIGHT = 0.2
"""Weight of a pair of labels (e.g. center and event) against a single label in the swaps."""

MAX_SWAPS = 2000
"""Bound on the number of swaps; a cohort of a thousand cases needs a few dozen."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def stratify(labels: Sequence[Sequence[Hashable]], sizes: Sequence[int], seed: int) -> Ints:
    """Return the part (0, 1, ...) of each case.

    Parameters
    ----------
    labels
        For each case its values of the same attributes in the same order, e.g. (center, event, HPV, sex).
    sizes
        Number of cases of each part; they add up to the number of cases, and are met exactly.
    seed
        Breaks ties. The same labels, sizes and seed give the same parts.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    n = len(labels)
    if sum(sizes) != n or min(sizes) < 0:
        raise ValueError(f"sizes {list(sizes)} do not add up to {n} cases")
    if n == 0:
        return np.zeros(0, np.int64)
    rng = np.random.default_rng(seed)
    order = rng.permutation(n)
    shuffled = [tuple(labels[i]) for i in order]
    parts = np.empty(n, np.int64)
    parts[order] = _improve(shuffled, _deal(_indicators(shuffled, pairs=False), np.array(sizes), rng), sizes)
    return parts


def _indicators(labels: Sequence[tuple[Hashable, ...]], *, pairs: bool) -> Floats:
    """Cases by labels, 1 where a case has the label; with `pairs`, weighted columns for pairs of attributes too."""
    attributes = range(len(labels[0]))
    groups: list[tuple[tuple[int, ...], float]] = [((a,), 1.0) for a in attributes]
    if pairs:
        groups += [((a, b), PAIR_WEIGHT**0.5) for a, b in combinations(attributes, 2)]
    columns = []
    for group, weight in groups:
        keys = [tuple(label[a] for a in group) for label in labels]
        index = {key: k for k, key in enumerate(dict.fromkeys(keys))}
        block = np.zeros((len(labels), len(index)))
        block[np.arange(len(labels)), [index[key] for key in keys]] = weight
        columns.append(block)
    return np.concatenate(columns, axis=1) if columns else np.zeros((len(labels), 0))


def _deal(has: Floats, sizes: Ints, rng: np.random.Generator) -> Ints:
    n = len(has)
    part_of = np.full(n, -1, np.int64)
    free = sizes.astype(np.int64).copy()
    wanted = np.outer(sizes / n, has.sum(axis=0))
    left = has.sum(axis=0)
    while (part_of < 0).any():
        alive = np.flatnonzero(left > 0)
        label = int(alive[np.argmin(left[alive])]) if alive.size else -1
        cases = np.flatnonzero((part_of < 0) & (has[:, label] > 0)) if label >= 0 else np.flatnonzero(part_of < 0)
        for case in cases:
            parts = np.flatnonzero(free > 0)
            if label >= 0:
                parts = _most(parts, wanted[parts, label])
            parts = _most(parts, free[parts] / sizes[parts])
            part = int(rng.choice(parts))
            part_of[case] = part
            free[part] -= 1
            wanted[part] -= has[case]
            left -= has[case]
    return part_of


def _most(parts: Ints, score: Floats) -> Ints:
    best: Ints = parts[score >= score.max() - 1e-9]
    return best


def _improve(labels: Sequence[tuple[Hashable, ...]], part_of: Ints, sizes: Sequence[int]) -> Ints:
    """Swap cases of different kinds between parts while the squared distance from proportion falls.

    Cases with the same labels are interchangeable, so swaps are sought among kinds of cases, not among cases.
    """
    kinds = list(dict.fromkeys(labels))
    index = {kind: k for k, kind in enumerate(kinds)}
    kind_of = np.array([index[label] for label in labels])
    has = _indicators(kinds, pairs=True)
    n_parts = len(sizes)
    counts = np.zeros((n_parts, len(kinds)), np.int64)
    np.add.at(counts, (part_of, kind_of), 1)
    target = np.outer(np.array(sizes) / len(labels), counts.sum(axis=0) @ has)
    gram = has @ has.T
    norm = np.diag(gram)
    distance = norm[:, None] + norm[None, :] - 2 * gram  # |x_a - x_b|^2 of kinds a and b
    for _ in range(MAX_SWAPS):
        pull = (counts @ has - target) @ has.T  # (part, kind): how much of what the kind carries is in excess
        best = (-1e-9, -1, -1, -1, -1)
        for p, q in combinations(range(n_parts), 2):
            difference = pull[p] - pull[q]
            # p gives a and takes b: change of |excess_p|^2 + |excess_q|^2
            change = 2 * (difference[None, :] - difference[:, None]) + 2 * distance
            change = np.where((counts[p] > 0)[:, None] & (counts[q] > 0)[None, :], change, 0.0)
            lowest = int(np.argmin(change))
            if change.flat[lowest] < best[0]:
                best = (float(change.flat[lowest]), p, q, *divmod(lowest, len(kinds)))
        if best[1] < 0:
            break
        _, p, q, a, b = best
        give = np.flatnonzero((part_of == p) & (kind_of == a))[0]
        take = np.flatnonzero((part_of == q) & (kind_of == b))[0]
        part_of[give], part_of[take] = q, p
        counts[p, a] -= 1
        counts[q, a] += 1
        counts[p, b] += 1
        counts[q, b] -= 1
    return part_of
