"""Kaplan-Meier curves of groups of predicted risk, whose cut points came with the predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hyoid.evaluation.survival_cases import SurvivalCase
from hyoid.evaluation.survival_training import observed_of
from hyoid.metrics.survival import Curve, LogRank, kaplan_meier, log_rank


@dataclass(frozen=True, slots=True, eq=False)
class RiskGroup:
    """The patients of one group, and the Kaplan-Meier curve of their outcomes."""

    name: str
    n: int
    events: int
    curve: Curve

    def at_risk(self, days: Sequence[float]) -> list[int]:
        """Return how many of the group were followed up to each day."""
        return [int(number) for number in self.curve.number_at_risk(list(days))]


@dataclass(frozen=True, slots=True, eq=False)
class RiskGroups:
    """All groups, lowest risk first, and the log-rank test between them; None of fewer than two groups.

    `without` counts patients without a group.
    """

    groups: tuple[RiskGroup, ...]
    test: LogRank | None
    without: int

    def to_dict(self, days: Sequence[float]) -> dict[str, Any]:
        """Return counts, the p-value, and survival (null where unknown) and numbers at risk on given days."""
        return {
            "groups": [
                {
                    "name": group.name,
                    "n": group.n,
                    "events": group.events,
                    "days": list(days),
                    "survival": [float(group.curve.at(day)) if day <= group.curve.last_day else None for day in days],
                    "at_risk": group.at_risk(days),
                }
                for group in self.groups
            ],
            "log_rank_p": None if self.test is None or self.test.too_few else self.test.p_value,
            "without_group": self.without,
        }


def summarise_groups(cases: Sequence[SurvivalCase]) -> RiskGroups | None:
    """Return the curves of the groups that the predictions name; None where they name none.

    The groups are ordered by the mean rank of their patients' risk within folds, since folds need not share a scale.
    """
    ranks = _ranks_within_folds(cases)
    members: dict[str, list[int]] = {}
    for place, case in enumerate(cases):
        if case.group is not None:
            members.setdefault(case.group, []).append(place)
    if not members:
        return None
    ordered = sorted(members, key=lambda name: (float(ranks[members[name]].mean()), name))
    outcomes = [observed_of((cases[i].event, cases[i].days) for i in members[name]) for name in ordered]
    groups = tuple(
        RiskGroup(name, len(observed), observed.events, kaplan_meier(observed))
        for name, observed in zip(ordered, outcomes, strict=True)
    )
    test = log_rank(outcomes) if len(outcomes) > 1 else None
    return RiskGroups(groups, test, sum(case.group is None for case in cases))


def _ranks_within_folds(cases: Sequence[SurvivalCase]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the share of each patient's fold whose risk is not higher, in 0..1."""
    folds = np.array([case.fold or "" for case in cases], str)
    risk = np.array([case.risk for case in cases])
    ranks = np.zeros(len(cases))
    for label in np.unique(folds):
        own = folds == label
        ranks[own] = np.searchsorted(np.sort(risk[own]), risk[own], side="right") / np.count_nonzero(own)
    return ranks
