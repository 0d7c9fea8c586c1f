"""Decisions that may be left out by their certainty, as a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from hyoid.benchmark.shift.sample import Sample, Strings, checked_patients
from hyoid.metrics import Bools, Floats, RiskCoverage, WeightedStatistic, risk_coverage

ANSWERED = "answered_right"
"""One less the area under the risk-coverage curve: the share of right answers, averaged over all shares answered."""


@dataclass(frozen=True, slots=True, eq=False)
class AbstentionSample:
    """Whether each decision (n,) is wrong, and how certain it is; higher is more certain. Use `of`."""

    ids: Strings
    centers: Strings
    wrong: Bools
    certainty: Floats
    truth: Floats

    @classmethod
    def of(
        cls, ids: Sequence[Any], centers: Sequence[Any], wrong: ArrayLike, certainty: ArrayLike, truth: ArrayLike
    ) -> Self:
        """Convert arrays (n,); raises HyoidError if an id or center is missing, or an id stands twice."""
        errors = np.asarray(wrong, np.bool_)
        known = np.asarray(truth, np.float64)[:, np.newaxis]
        return cls(*checked_patients(ids, centers, len(errors)), errors, np.asarray(certainty, np.float64), known)

    @property
    def measure(self) -> str:
        """`ANSWERED`."""
        return ANSWERED

    @property
    def fold(self) -> Strings | None:
        """None: certainties of different folds are compared, as a hospital would compare them."""
        return None

    @property
    def n(self) -> int:
        """Number of patients."""
        return len(self.ids)

    @property
    def too_few(self) -> str:
        """Nothing: of one patient there is a curve too, but no interval."""
        return ""

    @property
    def curve(self) -> RiskCoverage:
        """The curve of all patients."""
        return risk_coverage(self.wrong, self.certainty)

    def take(self, chosen: Bools) -> Self:
        """Return the patients where `chosen` (n,) is True."""
        return replace(
            self,
            ids=self.ids[chosen],
            centers=self.centers[chosen],
            wrong=self.wrong[chosen],
            certainty=self.certainty[chosen],
            truth=self.truth[chosen],
        )

    def within_centers(self) -> Self:
        """Return the sample itself."""
        return self

    def statistic(self) -> WeightedStatistic:
        """Return the measure as a function of whole weights (replicates, n): each patient counts as often as drawn."""

        def answered(weights: Floats) -> Floats:
            places = (np.repeat(np.arange(self.n), counts) for counts in weights.astype(np.int64))
            return np.array([1 - risk_coverage(self.wrong[one], self.certainty[one]).area for one in places])

        return answered

    def instead(self) -> tuple[Sample, ...]:
        """Return nothing."""
        return ()
