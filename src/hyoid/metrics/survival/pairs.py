"""Pairs of patients, one of whom did worse, counted for many resamples of the patients at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hyoid.metrics.confusion import Bools
from hyoid.metrics.draws import Floats
from hyoid.metrics.survival.observed import Observed

Integers = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """The pairs of one fold: positions of those who did worse (k,) and of those beside them (m,).

    `right` (m, k) is 1 where the worse one has the higher risk, one half where risks are equal; 0 where the two are not
    compared. `compared` (m, k) is 1 where they are; None where all are.
    """

    worse: Integers
    better: Integers
    right: Floats
    compared: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class RankedPairs:
    """Pairs within folds, and whether the risk ranks them right.

    They are held as O(n^2) numbers, of which each resample takes one product of matrices. Build it with `by_time` or
    `at_horizon`. `worse` (K,) are the positions of the patients who did worse.
    """

    blocks: tuple[_Block, ...]
    worse: Integers

    @classmethod
    def by_time(cls, observed: Observed, risk: Floats, fold: NDArray[np.str_]) -> RankedPairs:
        """Return the pairs of Harrell's and of Uno's C, comparable as in `concordance`."""

        def compared(worse: Integers, better: Integers) -> Bools:
            days, event = observed.days, observed.event
            later = days[better, np.newaxis] > days[worse]
            free_on_it: Bools = (days[better, np.newaxis] == days[worse]) & ~event[better, np.newaxis]
            return later | free_on_it

        return cls._of(observed.event, np.ones(len(observed), bool), risk, fold, compared)

    @classmethod
    def at_horizon(cls, observed: Observed, risk: Floats, fold: NDArray[np.str_], day: float) -> RankedPairs:
        """Return the pairs of a patient with the event by a day, and one followed beyond it without."""
        return cls._of(observed.event & (observed.days <= day), observed.days > day, risk, fold, None)

    @classmethod
    def _of(
        cls,
        worse: Bools,
        better: Bools,
        risk: Floats,
        fold: NDArray[np.str_],
        compared: Callable[[Integers, Integers], Bools] | None,
    ) -> RankedPairs:
        blocks = []
        for label in np.unique(fold):
            first, second = np.flatnonzero(worse & (fold == label)), np.flatnonzero(better & (fold == label))
            higher, lower = risk[first], risk[second, np.newaxis]
            right = (higher > lower) + 0.5 * (higher == lower)
            which = None if compared is None else compared(first, second).astype(np.float64)
            blocks.append(_Block(first, second, right if which is None else right * which, which))
        return cls(tuple(blocks), np.concatenate([block.worse for block in blocks]))

    @property
    def patients(self) -> int:
        """Number of patients who stand in one pair or more."""
        found: set[int] = set()
        for block in self.blocks:
            compared = np.ones_like(block.right) if block.compared is None else block.compared
            found.update(block.worse[compared.any(axis=0)].tolist(), block.better[compared.any(axis=1)].tolist())
        return len(found)

    def of_each_worse(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return the weight of the patients that each of `worse` is ranked right against, and is compared with.

        Parameters
        ----------
        weights
            (replicates, n): how much each patient counts as the better one of a pair.

        Returns
        -------
        tuple[Floats, Floats]
            Both (replicates, K), in the order of `worse`.
        """
        right, compared = [], []
        for block in self.blocks:
            others = weights[:, block.better]
            right.append(others @ block.right)
            everyone = np.broadcast_to(others.sum(axis=1, keepdims=True), right[-1].shape)
            compared.append(everyone if block.compared is None else others @ block.compared)
        return np.concatenate(right, axis=1), np.concatenate(compared, axis=1)
