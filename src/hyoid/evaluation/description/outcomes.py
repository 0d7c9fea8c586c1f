"""What became of the patients: events and censoring, HPV status, recurrence-free survival of groups."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hyoid.cohort import Case
from hyoid.evaluation.survival_summary import median_follow_up
from hyoid.evaluation.survival_training import observed_of
from hyoid.metrics import wilson_interval
from hyoid.metrics.survival import DEFAULT_HORIZONS, MINIMUM_EVENTS, Curve, LogRank, Observed, kaplan_meier, log_rank

MINIMUM_PATIENTS = 5
"""A group of fewer patients is given no interval, no curve in a picture and no part in a test: one patient would
decide. It is counted all the same."""

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Hpv:
    """Numbers of patients by HPV status, and the share of positives among those of known status.

    `low` and `high` are Wilson's interval. They are NaN with fewer than `MINIMUM_PATIENTS` of known status, and where
    none or all are positive.
    """

    positive: int
    negative: int
    unknown: int
    share: float
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        return asdict(self)


def summarise_hpv(cases: Sequence[Case]) -> Hpv:
    """Count HPV status."""
    known = [case.hpv for case in cases if case.hpv is not None]
    positive, n = sum(known), len(known)
    share = positive / n if n else math.nan
    low, high = wilson_interval(positive, n, LEVEL) if n >= MINIMUM_PATIENTS and 0 < positive < n else (math.nan,) * 2
    return Hpv(positive, n - positive, len(cases) - n, share, low, high)


@dataclass(frozen=True, slots=True)
class SurvivalAt:
    """Recurrence-free survival of a group on a day: how many are at risk, the Kaplan-Meier estimate, its interval.

    The estimate is NaN beyond the last follow-up. The interval (pointwise, on the scale of log(-log S)) is NaN with
    fewer than `MINIMUM_EVENTS` events, and where the estimate is 0 or 1.
    """

    days: float
    at_risk: int
    survival: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalGroup:
    """The outcomes of a group: patients of known outcome, events, patients of unknown outcome, follow-up, survival.

    `curve` is None where no outcome is known. The median follow-up (days, reverse Kaplan-Meier) is NaN where it is not
    reached.
    """

    name: str
    n: int
    events: int
    unknown: int
    median_follow_up_days: float
    curve: Curve | None

    @property
    def is_compared(self) -> bool:
        """Whether the group is large enough to be drawn and tested."""
        return self.n >= MINIMUM_PATIENTS

    @property
    def has_interval(self) -> bool:
        """Whether there are patients and events enough for an interval of the survival."""
        return self.is_compared and self.events >= MINIMUM_EVENTS

    def at(self, day: float) -> SurvivalAt:
        """Return the survival on a day."""
        if self.curve is None:
            return SurvivalAt(day, 0, math.nan, math.nan, math.nan)
        at_risk = int(self.curve.number_at_risk(day))
        if day > self.curve.last_day:
            return SurvivalAt(day, at_risk, math.nan, math.nan, math.nan)
        survival = float(self.curve.at(day))
        if not self.has_interval or survival in (0.0, 1.0):
            return SurvivalAt(day, at_risk, survival, math.nan, math.nan)
        step = int((self.curve.days <= day).sum()) - 1
        low, high = self.curve.interval(LEVEL)
        return SurvivalAt(day, at_risk, survival, float(low[step]), float(high[step]))

    def to_dict(self) -> dict[str, Any]:
        """Return counts, follow-up, and survival after one, two, three and five years."""
        return {
            "patients": self.n + self.unknown,
            "known": self.n,
            "events": self.events,
            "censored": self.n - self.events,
            "unknown": self.unknown,
            "median_follow_up_days": self.median_follow_up_days,
            "survival": [asdict(self.at(day)) for day in DEFAULT_HORIZONS],
        }


@dataclass(frozen=True, slots=True)
class SurvivalGroups:
    """Groups in the order given, and the log-rank test between those that are large enough; None of fewer than two."""

    groups: tuple[SurvivalGroup, ...]
    compared: tuple[str, ...]
    test: LogRank | None

    def to_dict(self) -> dict[str, Any]:
        """Return each group by its name, and the test."""
        return {
            "groups": {group.name: group.to_dict() for group in self.groups},
            "compared": list(self.compared),
            "log_rank": None if self.test is None else self.test.to_dict(),
        }


def summarise_survival_of(name: str, cases: Sequence[Case]) -> SurvivalGroup:
    """Return the outcomes of one group."""
    observed = _observed(cases)
    if len(observed) == 0:
        return SurvivalGroup(name, 0, 0, len(cases), math.nan, None)
    unknown = len(cases) - len(observed)
    return SurvivalGroup(
        name, len(observed), observed.events, unknown, median_follow_up(observed), kaplan_meier(observed)
    )


def compare_survival_of(groups: Mapping[str, Sequence[Case]], tested: Sequence[str] | None = None) -> SurvivalGroups:
    """Return the outcomes of groups, and the log-rank test between the large ones; `tested` names those it may take."""
    found = tuple(summarise_survival_of(name, cases) for name, cases in groups.items())
    compared = tuple(g.name for g in found if g.is_compared and (tested is None or g.name in tested))
    test = log_rank([_observed(groups[name]) for name in compared]) if len(compared) > 1 else None
    return SurvivalGroups(found, compared, test)


def _observed(cases: Sequence[Case]) -> Observed:
    return observed_of(
        (case.relapse, case.rfs_days) for case in cases if case.relapse is not None and case.rfs_days is not None
    )
