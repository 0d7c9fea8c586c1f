"""Predictions of a risk, as a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from hyoid.benchmark.shift.sample import Sample, Strings, checked_patients, folded_by_center
from hyoid.cohort.words import counted
from hyoid.metrics import (
    Bools,
    Floats,
    WeightedStatistic,
    ratio,
)
from hyoid.metrics.survival import MINIMUM_EVENTS, Observed, RankedPairs, SurvivalCases


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalSample:
    """Risks, judged by Harrell's C of pairs within a fold. Use `of`."""

    ids: Strings
    centers: Strings
    cases: SurvivalCases
    measure: str = "c_index"

    @classmethod
    def of(
        cls,
        ids: Sequence[Any],
        centers: Sequence[Any],
        observed: Observed,
        risk: ArrayLike,
        fold: Sequence[Any] | None = None,
    ) -> Self:
        """Check and convert; `risk` (n,) is higher where it is worse. Without `fold`, one model predicted all.

        Raises
        ------
        HyoidError
            As `SurvivalCases.of`, or if an id or center is missing or an id stands twice.
        """
        cases = SurvivalCases.of(observed, risk, fold=fold)
        return cls(*checked_patients(ids, centers, len(cases)), cases)

    @property
    def fold(self) -> Strings | None:
        """The fold of each patient."""
        return self.cases.fold

    @property
    def truth(self) -> Floats:
        """(n, 2): days, and 1 for an event."""
        return np.column_stack([self.cases.observed.days, self.cases.observed.event])

    @property
    def n(self) -> int:
        """Patients who stand in a comparable pair."""
        return self._pairs().patients

    @property
    def too_few(self) -> str:
        """Fewer than `MINIMUM_EVENTS` events, or no pair."""
        events = self.cases.observed.events
        if events < MINIMUM_EVENTS:
            return counted(events, "event")
        return "" if self.n else "no comparable pair within a fold"

    def take(self, chosen: Bools) -> Self:
        """Return the patients where `chosen` (n,) is True."""
        return replace(self, ids=self.ids[chosen], centers=self.centers[chosen], cases=self.cases.part(chosen))

    def within_centers(self) -> Self:
        """Return the sample with only patients of one fold and one center compared."""
        return replace(self, cases=replace(self.cases, fold=folded_by_center(self.cases.fold, self.centers)))

    def statistic(self) -> WeightedStatistic:
        """Return Harrell's C as a function of weights (replicates, n)."""
        pairs = self._pairs()

        def concordance(weights: Floats) -> Floats:
            own = weights[:, pairs.worse]
            right, compared = (np.einsum("rk,rk->r", each, own) for each in pairs.of_each_worse(weights))
            return ratio(np.stack([right, compared], axis=-1))

        return concordance

    def instead(self) -> tuple[Sample, ...]:
        """Return nothing: few events allow no other measure either."""
        return ()

    def _pairs(self) -> RankedPairs:
        return RankedPairs.by_time(self.cases.observed, self.cases.risk, self.cases.fold)
