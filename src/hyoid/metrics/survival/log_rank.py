"""The log-rank test: whether groups of patients have one survival function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from hyoid.errors import CohortError
from hyoid.metrics.survival.observed import Observed

Floats = NDArray[np.float64]

LEAST_EXPECTED = 5.0
"""Fewest expected events of a group for which chi-squared is trusted: Cochran's rule for tables of counts, 1954."""

LEAST_EVENTS = 10
"""Fewest events of all groups together for which it is."""


@dataclass(frozen=True, slots=True)
class LogRank:
    """The result of a log-rank test.

    Parameters
    ----------
    statistic
        Chi-squared where the groups have one survival function; NaN where there is nothing to compare.
    degrees_of_freedom
        Groups that could have had an event beside another group, less one; 0 where there is nothing to compare.
    p_value
        Probability of such a statistic or a greater one; NaN where there is nothing to compare.
    expected
        Events that each group would have had by the survival function of all.
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float
    expected: tuple[float, ...]

    @property
    def too_few(self) -> str:
        """Why the p-value is not to be told: so few events that it is no chi-squared any more; empty where it is."""
        events = round(sum(self.expected))
        if events < LEAST_EVENTS:
            return f"{events} event{'' if events == 1 else 's'} in all, fewer than {LEAST_EVENTS}"
        least = min(self.expected)
        return (
            f"{least:.1f} expected events in a group, fewer than {LEAST_EXPECTED:g}" if least < LEAST_EXPECTED else ""
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields; where there are too few events, the reason in the place of statistic and p-value."""
        found = asdict(self) | {"expected": list(self.expected), "reason": self.too_few}
        return found | {"statistic": None, "p_value": None} if self.too_few else found


def log_rank(groups: Sequence[Observed]) -> LogRank:
    """Compare the survival of two or more groups; all times weigh the same.

    Mantel 1966, Peto and Peto 1972: at each time of an event the events of the groups are compared with the
    hypergeometric expectation given who is at risk. There is nothing to compare where no patient of one group was
    followed up to an event of another, and where there is no event at all. A p-value of groups cut where it is least
    means nothing: take cut points from training data.

    Raises
    ------
    CohortError
        If there are fewer than two groups, or one has no patient.
    """
    if len(groups) < 2 or any(len(group) == 0 for group in groups):
        sizes = ", ".join(str(len(group)) for group in groups)
        raise CohortError.of(
            f"groups of sizes ({sizes})", "two groups or more, none of them empty", "Choose other cut points."
        )
    days = np.unique(np.concatenate([group.days[group.event] for group in groups]))
    at_risk = np.array([len(group) - np.searchsorted(np.sort(group.days), days) for group in groups], np.float64)
    events = np.array([_at_each(group, days) for group in groups])
    expected, covariance = _moments(at_risk, events)
    excess = events.sum(axis=1) - expected
    compared = np.diag(covariance) > 0
    # the excesses add up to 0, so that one group tells nothing beyond the others
    kept = np.flatnonzero(compared)[:-1]
    if len(kept) == 0:
        return LogRank(np.nan, 0, np.nan, tuple(expected.tolist()))
    statistic = float(excess[kept] @ np.linalg.solve(covariance[np.ix_(kept, kept)], excess[kept]))
    return LogRank(statistic, len(kept), float(chdtrc(len(kept), statistic)), tuple(expected.tolist()))


def _at_each(group: Observed, days: Floats) -> Floats:
    """Return the number of the group's events on each day (k,)."""
    return np.bincount(np.searchsorted(days, group.days[group.event]), minlength=len(days)).astype(np.float64)


def _moments(at_risk: Floats, events: Floats) -> tuple[Floats, Floats]:
    """Return the expected events (g,) and their covariance (g, g), from counts (g, k) at the times of events."""
    everyone, happened = at_risk.sum(axis=0), events.sum(axis=0)
    share = at_risk / everyone
    # events among one patient left at risk are certain, and have no variance
    spread = happened * (everyone - happened) / np.maximum(everyone - 1, 1)
    covariance = np.diag((share * spread).sum(axis=1)) - (share * spread) @ share.T
    # who stands alone at risk has variance 0, but for rounding
    alone = ~((share > 0) & (share < 1) & (spread > 0)).any(axis=1)
    covariance[alone] = covariance[:, alone] = 0.0
    return (share * happened).sum(axis=1), covariance
