"""Scores of label maps, as a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from hyoid.benchmark.shift.sample import Sample, Strings, checked_patients
from hyoid.errors import HyoidError
from hyoid.metrics import (
    MEASURES,
    Bools,
    CaseScores,
    Floats,
    WeightedStatistic,
    ratio,
)


@dataclass(frozen=True, slots=True, eq=False)
class SegmentationSample:
    """Scores of label maps, judged by a measure of `MEASURES` that is a share, such as a mean or aggregated Dice."""

    measure: str
    ids: Strings
    centers: Strings
    sums: Floats

    @classmethod
    def of(cls, measure: str, ids: Sequence[Any], centers: Sequence[Any], scores: Sequence[CaseScores]) -> Self:
        """Take what each case adds to the measure from its scores.

        Raises
        ------
        HyoidError
            If the measure is unknown or no share, or an id or center is missing or an id stands twice.
        """
        shares = [name for name, found in MEASURES.items() if not found.unit]
        if measure not in shares:
            raise HyoidError.of(f"the measure '{measure}'", f"one of {', '.join(shares)}", "Check its name.")
        return cls(measure, *checked_patients(ids, centers, len(scores)), MEASURES[measure].sums(scores))

    @property
    def fold(self) -> Strings | None:
        """None: no patients are compared."""
        return None

    @property
    def truth(self) -> Floats:
        """(n, 0): label maps are not kept."""
        return np.zeros((len(self.ids), 0))

    @property
    def n(self) -> int:
        """Patients who add to the measure."""
        return int(np.count_nonzero(self.sums[:, 1]))

    @property
    def too_few(self) -> str:
        """Nobody who counts."""
        return "" if self.n else "no case that counts"

    def take(self, chosen: Bools) -> Self:
        """Return the patients where `chosen` (n,) is True."""
        return replace(self, ids=self.ids[chosen], centers=self.centers[chosen], sums=self.sums[chosen])

    def within_centers(self) -> Self:
        """Return the sample itself."""
        return self

    def statistic(self) -> WeightedStatistic:
        """Return the measure as a function of weights (replicates, n)."""
        return lambda weights: ratio(weights @ self.sums)

    def instead(self) -> tuple[Sample, ...]:
        """Return nothing."""
        return ()
