"""Harrell's C: the share of pairs of patients whose order of outcome is known that the risk ranks right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyoid.errors import HyoidError
from hyoid.metrics.draws import Floats
from hyoid.metrics.survival.observed import Observed

Integers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Concordance:
    """Numbers of pairs: ranked right, of equal risk, and comparable in all."""

    right: int
    tied: int
    comparable: int

    @property
    def index(self) -> float:
        """Share of comparable pairs that are ranked right, equal risks counting one half; NaN of no pair."""
        return (self.right + self.tied / 2) / self.comparable if self.comparable else float("nan")


def concordance(observed: Observed, risk: ArrayLike, fold: Sequence[Any] | None = None) -> Concordance:
    """Count the pairs of Harrell's C within each fold, in O(n log n) time and O(n) memory.

    A pair is comparable where one patient is known to have had the event before the other: the earlier time ended in
    the event; of two equal times, exactly one did, for who is censored on a day was free of the event on it. A pair
    whose earlier time is censored is not comparable, nor are two events on one day. Harrell et al., JAMA 1982.

    Parameters
    ----------
    observed
        Outcomes of n patients.
    risk
        (n,) finite numbers: higher is worse.
    fold
        (n,) labels; only patients of one fold are compared. Without it all are.

    Raises
    ------
    HyoidError
        If the lengths differ, or a risk is no finite number.
    """
    risks = np.asarray(risk, np.float64)
    labels = np.array([""] * len(observed) if fold is None else [str(label) for label in fold], str)
    if risks.shape != observed.days.shape or labels.shape != observed.days.shape or not np.isfinite(risks).all():
        raise HyoidError.of(
            f"risks of shape {risks.shape} and {len(labels)} folds of {len(observed)} patients",
            "one finite risk and one fold a patient",
            "Align them.",
        )
    counts = [_within(observed.part(labels == label), risks[labels == label]) for label in np.unique(labels)]
    return Concordance(*(sum(numbers) for numbers in zip(*counts, strict=True))) if counts else Concordance(0, 0, 0)


def _within(observed: Observed, risk: Floats) -> tuple[int, int, int]:
    """Count pairs ranked right, of equal risk, and comparable, of one fold."""
    order = np.lexsort((~observed.event, observed.days))  # events first among equal times
    days, event = observed.days[order], observed.event[order]
    rank = np.unique(risk[order], return_inverse=True)[1]
    before = np.concatenate([[0], np.cumsum(event)])
    first, last = np.searchsorted(days, days[event], side="left"), np.searchsorted(days, days[event], side="right")
    start = first + before[last] - before[first]  # of those who are known to be free of the event for longer
    lower, same = _ranks_from(rank, start, rank[event])
    return int(lower.sum()), int(same.sum()), int((len(days) - start).sum())


def _ranks_from(rank: Integers, start: Integers, of: Integers) -> tuple[Integers, Integers]:
    """Count, for each k, the positions from start[k] on whose rank is lower than of[k], and those whose rank is equal.

    The ranks are sorted by one bit after the other, the highest first and stably, and each range of positions is
    followed to where the sorting takes it (a wavelet matrix; Claude, Navarro and Ordonez, Information Systems 2015).
    """
    low, high = start.copy(), np.full(len(start), len(rank))
    lower = np.zeros(len(start), np.intp)
    for bit in reversed(range(int(rank.max(initial=0)).bit_length())):
        one = (rank >> bit) & 1 == 1
        zeros_before = np.concatenate([[0], np.cumsum(~one)])
        zeros = zeros_before[-1]
        from_zeros, to_zeros = zeros_before[low], zeros_before[high]
        goes_up = (of >> bit) & 1 == 1
        lower += np.where(goes_up, to_zeros - from_zeros, 0)
        low = np.where(goes_up, zeros + low - from_zeros, from_zeros)
        high = np.where(goes_up, zeros + high - to_zeros, to_zeros)
        rank = np.concatenate([rank[~one], rank[one]])
    return lower, high - low
