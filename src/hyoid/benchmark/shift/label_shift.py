"""Label shift: how often the label, or the event, stands in each center."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hyoid.benchmark.shift.sample import Strings, checked_names
from hyoid.errors import HyoidError
from hyoid.files import jsonable
from hyoid.metrics import Bools, TableTest, share_interval, table_test
from hyoid.metrics.survival import LogRank, Observed, log_rank


@dataclass(frozen=True, slots=True)
class CenterShare:
    """Share of one center's patients with the label (or the event), its Wilson interval; none of fewer than five."""

    center: str
    patients: int
    positives: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LabelShift:
    """Shares by center, and a chi-square test that they are one.

    Of events the share grows with the follow-up; `log_rank` compares the centers as they were followed, and is None of
    a label, or where it cannot be made.
    """

    centers: tuple[CenterShare, ...]
    test: TableTest
    log_rank: LogRank | None
    level: float

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        found = asdict(self) | {"log_rank": None if self.log_rank is None else self.log_rank.to_dict()}
        return dict(jsonable(found))


def label_shift(centers: Sequence[Any], positive: Bools, level: float = 0.95) -> LabelShift:
    """Compare the prevalence of a label between centers.

    Parameters
    ----------
    centers, positive
        (n,) names, and (n,) of bool; patients of unknown label are left out beforehand.
    level
        Of the Wilson intervals.

    Raises
    ------
    HyoidError
        If there is no patient, the lengths differ, or the label is not bool.
    """
    names, labels = _checked(centers, np.asarray(positive))
    found = tuple(_share(str(name), labels[names == name], level) for name in np.unique(names))
    table = [[row.positives, row.patients - row.positives] for row in found]
    return LabelShift(found, table_test(table), None, level)


def event_shift(centers: Sequence[Any], observed: Observed, level: float = 0.95) -> LabelShift:
    """Compare the share of patients with the event between centers, and their survival by the log-rank test.

    Raises
    ------
    HyoidError
        If there is no patient, or the lengths differ.
    """
    found = label_shift(centers, observed.event, level)
    names = checked_names("center", centers, len(observed))
    groups = [observed.part(names == row.center) for row in found.centers]
    test = log_rank(groups) if len(groups) > 1 else None
    return LabelShift(found.centers, found.test, test, level)


def _share(name: str, labels: Bools, level: float) -> CenterShare:
    positives, n = int(np.count_nonzero(labels)), len(labels)
    return CenterShare(name, n, positives, positives / n, *share_interval(positives, n, level))


def _checked(centers: Sequence[Any], positive: Bools) -> tuple[Strings, Bools]:
    if positive.ndim != 1 or positive.dtype != np.bool_:
        raise HyoidError.of(
            f"labels of shape {positive.shape} and {positive.dtype}", "a list of bool", "Leave unknown labels out."
        )
    return checked_names("center", centers, len(positive)), positive
