"""What sets of HPV statuses hold: coverage of each class and center, and how often they are an answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hyoid.decision import ANSWERS, NO_GUARANTEE, HpvSet
from hyoid.metrics import share_interval

SIZES: Mapping[HpvSet, int] = {"positive": 1, "negative": 1, "either": 2, "neither": 0}


@dataclass(frozen=True, slots=True)
class AnsweredCase:
    """One patient: known HPV status, center, and the set."""

    hpv: bool
    center: str | None
    answer: HpvSet

    @property
    def covered(self) -> bool:
        """Whether the set holds the true status."""
        return self.answer in {"either", "positive" if self.hpv else "negative"}


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `n`, with Wilson's 95 % interval; without it of fewer than five, and NaN of no patients."""

    count: int
    n: int

    @property
    def value(self) -> float:
        """The share."""
        return self.count / self.n if self.n else float("nan")

    def to_dict(self) -> dict[str, Any]:
        """Return counts, share and interval."""
        return {**asdict(self), "value": self.value, "interval": list(share_interval(self.count, self.n))}

    def __str__(self) -> str:
        """Return the share with its interval, or a dash."""
        low, high = share_interval(self.count, self.n)
        if math.isnan(low):
            return f"{self.count} of {self.n}" if self.n else "-"
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}]"


@dataclass(frozen=True, slots=True)
class SetsResult:
    """Sets of a cohort.

    Parameters
    ----------
    alpha
        What was asked for: the share of a class that may be missed; None where the predictions do not say, or differ.
    n, without_set
        Patients with a set, and those without.
    coverage
        Share of sets that hold the true status, by status.
    centers
        The same for each center; one without a name is left out.
    answers
        Number of sets of each kind.
    singletons
        Share of sets that are one status.
    wrong_singletons
        Share of these that are the wrong one.
    """

    alpha: float | None
    n: int
    without_set: int
    coverage: Mapping[str, Share]
    centers: Mapping[str, Mapping[str, Share]]
    answers: Mapping[HpvSet, int]
    singletons: Share
    wrong_singletons: Share

    @property
    def mean_size(self) -> float:
        """Mean number of statuses in a set; 1 or less is best where coverage is kept."""
        return sum(SIZES[answer] * count for answer, count in self.answers.items()) / self.n

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain types."""
        return {
            "alpha": self.alpha,
            "n": self.n,
            "without_set": self.without_set,
            "coverage": {status: share.to_dict() for status, share in self.coverage.items()},
            "centers": {
                center: {status: share.to_dict() for status, share in shares.items()}
                for center, shares in self.centers.items()
            },
            "answers": dict(self.answers),
            "mean_size": self.mean_size,
            "singletons": self.singletons.to_dict(),
            "wrong_singletons": self.wrong_singletons.to_dict(),
            "guarantee": NO_GUARANTEE,
        }


def summarise_sets(cases: Sequence[AnsweredCase], alphas: Sequence[float | None], without_set: int) -> SetsResult:
    """Count what the sets of one case or more hold; `alphas` are what each was made for."""
    single = [case for case in cases if SIZES[case.answer] == 1]
    asked = set(alphas)
    centers = sorted({case.center for case in cases if case.center is not None})
    return SetsResult(
        alpha=asked.pop() if len(asked) == 1 else None,
        n=len(cases),
        without_set=without_set,
        coverage=_coverage(cases),
        centers={center: _coverage([case for case in cases if case.center == center]) for center in centers},
        answers={answer: sum(case.answer == answer for case in cases) for answer in ANSWERS},
        singletons=Share(len(single), len(cases)),
        wrong_singletons=Share(sum(not case.covered for case in single), len(single)),
    )


def _coverage(cases: Sequence[AnsweredCase]) -> dict[str, Share]:
    """Return the coverage of each status that is there."""
    found = {}
    for status in (True, False):
        own = [case for case in cases if case.hpv is status]
        if own:
            found["positive" if status else "negative"] = Share(sum(case.covered for case in own), len(own))
    return found
