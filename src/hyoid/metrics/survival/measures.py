"""The measures of a survival prediction, each with its interval over patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from hyoid.errors import HyoidError
from hyoid.metrics.draws import Bootstrap, Floats
from hyoid.metrics.intervals import Interval
from hyoid.metrics.survival.brier import BrierScores
from hyoid.metrics.survival.calibration import CalibrationLines
from hyoid.metrics.survival.cases import SurvivalCases
from hyoid.metrics.survival.discrimination import Concordances, DynamicAuc
from hyoid.metrics.survival.distributions import Distributions, Training
from hyoid.metrics.survival.family import Family
from hyoid.metrics.survival.intervals import weighted_intervals, with_enough_events

SURVIVAL_MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "c_index": "Harrell's C, pairs within a fold",
        "c_index_pooled": "Harrell's C, all pairs",
        "uno_c": "Uno's C, pairs within a fold",
        "auc": "AUC, pairs within a fold",
        "auc_mean": "AUC, mean over the horizons",
        "brier": "Brier score (0 is best)",
        "brier_integrated": "integrated Brier score (0 is best)",
        "brier_null": "Brier score of the null model",
        "brier_null_integrated": "integrated Brier score of the null model",
        "brier_scaled": "scaled Brier score (1 is best, 0 is the null model)",
        "brier_scaled_integrated": "scaled integrated Brier score (1 is best, 0 is the null model)",
        "calibration_slope": "calibration slope (1 is best)",
        "calibration_intercept": "calibration intercept (0 is best)",
        "observed_expected": "observed over expected events (1 is best)",
    }
)
"""Every measure of a survival prediction by name; tables, JSON and documentation are drawn from here. Those at a
horizon have its days behind their name, as in `brier_365`."""

HORIZON_MEASURES: Mapping[str, str] = MappingProxyType(
    {
        "auc": "AUC",
        "brier": "Brier score",
        "brier_null": "Brier score of the null model",
        "brier_scaled": "scaled Brier score",
        "calibration_slope": "calibration slope",
        "calibration_intercept": "calibration intercept",
        "observed_expected": "observed / expected",
    }
)
"""The measures of which each horizon has its own, with short headings for tables."""


def describe_measure(key: str) -> str:
    """Return a measure's description, with its horizon: `brier_365` is 'Brier score (0 is best), 365 days'."""
    if key in SURVIVAL_MEASURES:
        return SURVIVAL_MEASURES[key]
    name, _, days = key.rpartition("_")
    if name not in SURVIVAL_MEASURES or not days.replace(".", "", 1).isdigit():
        raise HyoidError.of(f"a measure '{key}'", f"one of {', '.join(SURVIVAL_MEASURES)}", "Check its name.")
    return f"{SURVIVAL_MEASURES[name]}, {days} days"


class SurvivalStatistics:
    """All measures of a set of predictions as one function of the weights of the patients.

    Parameters
    ----------
    cases
        Outcomes and predictions.
    horizons
        In days, ascending, each answered by `check_horizon`. Measures of predicted survival are given at those that the
        cases have a survival at.
    tau
        End of Uno's C in days; without it that is not given.
    """

    def __init__(self, cases: SurvivalCases, horizons: Sequence[float], tau: float | None) -> None:
        self.cases = cases
        self._trained = Training.of(cases)
        predicted = [day for day in horizons if day in cases.survival]
        families: list[Family] = [Concordances(cases, tau)]
        families += [DynamicAuc(cases, horizons)] if horizons else []
        families += [BrierScores(cases, predicted), CalibrationLines(cases, predicted)] if predicted else []
        self._families = tuple(families)
        self.columns = tuple(column for family in families for column in family.columns)

    @property
    def keys(self) -> tuple[str, ...]:
        """The measures, in the order of the values."""
        return tuple(column.key for column in self.columns)

    def __call__(self, weights: Floats) -> Floats:
        """Return (replicates, measures) for weights (replicates, n) of the patients; NaN where undefined."""
        distributions = Distributions.of(self.cases, weights, self._trained)
        return np.concatenate([family(weights, distributions) for family in self._families], axis=1)

    def values(self) -> tuple[float, ...]:
        """Return the values of the patients as they are, in the order of `keys`."""
        return tuple(float(value) for value in self(np.ones((1, len(self.cases))))[0])

    def intervals(self, bootstrap: Bootstrap | None = None, strata: Sequence[Any] | None = None) -> dict[str, Interval]:
        """Return every measure with its percentile interval over patients.

        `n` is the number of patients that a measure is made of: those who stand in a comparable pair, those whose state
        at the horizon is known, and for observed over expected all. With fewer than `MINIMUM_EVENTS` events there is no
        interval.
        """
        bootstrap = with_enough_events(bootstrap, self.cases.observed.events)
        counts = [column.n for column in self.columns]
        found = weighted_intervals(self, len(self.cases), counts, bootstrap, strata)
        return dict(zip(self.keys, found, strict=True))


def paired_intervals(
    first: SurvivalStatistics,
    second: SurvivalStatistics,
    bootstrap: Bootstrap | None = None,
    strata: Sequence[Any] | None = None,
) -> dict[str, Interval]:
    """Return first - second of every measure that both have, of the same patients in the same order.

    Each resample draws the same patients for both, so what is hard for both cancels. With fewer than `MINIMUM_EVENTS`
    events there is no interval.

    Raises
    ------
    HyoidError
        If the patients' outcomes differ.
    """
    one, other = first.cases.observed, second.cases.observed
    if not (np.array_equal(one.days, other.days) and np.array_equal(one.event, other.event)):
        raise HyoidError.of(
            f"{len(one)} and {len(other)} patients whose outcomes differ",
            "the same patients for both systems",
            "Align the patients.",
        )
    shared = [key for key in first.keys if key in second.keys]
    columns = [[statistics.keys.index(key) for key in shared] for statistics in (first, second)]
    counts = [min(first.columns[i].n, second.columns[j].n) for i, j in zip(*columns, strict=True)]

    def difference(weights: Floats) -> Floats:
        return first(weights)[:, columns[0]] - second(weights)[:, columns[1]]

    enough = with_enough_events(bootstrap, one.events)
    found = weighted_intervals(difference, len(one), counts, enough, strata)
    return dict(zip(shared, found, strict=True))
