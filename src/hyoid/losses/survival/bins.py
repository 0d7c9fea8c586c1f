"""Time bins for losses on discrete time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyoid.errors import CohortError, HyoidError
from hyoid.metrics.survival import Observed


def bins_from_events(days: ArrayLike, event: ArrayLike, number: int | None = None) -> NDArray[np.float64]:
    """Return the edges of time bins that hold about as many events each: rising days, the last that of the last event.

    The edges are the k/`number` quantiles of the times of the events for k = 1 ... `number`, each the time of an event
    (the inverse of the empirical distribution), and equal ones are one. So every bin that an edge closes holds an
    event, and the open one beyond the last edge those who outlast all events.

    Parameters
    ----------
    days
        (n,) days to the event or to the end of follow-up.
    event
        (n,) of bool.
    number
        Edges to make, fewer where events share days; None is the root of the number of events, rounded up.

    Raises
    ------
    CohortError
        If there is no event, or a time is negative or no number.
    HyoidError
        If the number is below 1.
    """
    observed = Observed(np.asarray(days, np.float64), np.asarray(event))
    times = np.sort(observed.days[observed.event])
    if not len(times):
        raise CohortError.of(
            f"no event among {len(observed)} patients", "one or more to set time bins by", "Use other folds."
        )
    count = math.ceil(math.sqrt(len(times))) if number is None else number
    if count < 1:
        raise HyoidError.of(f"{count} time bins", "1 or more", "Leave the number out to have it chosen.")
    ranks = -(
        -np.arange(1, count + 1) * len(times) // count
    )  # rounded up in whole numbers: no digit decides on an edge
    return np.unique(times[ranks - 1])


def bin_of(days: ArrayLike, edges: ArrayLike) -> NDArray[np.int64]:
    """Return the bin (n,) of each time: the number of edges below it.

    A time on an edge falls into the bin that the edge closes, so that the survival at an edge is the probability of an
    event strictly after that day.

    Parameters
    ----------
    days
        (n,) days.
    edges
        (K - 1,) rising, of `bins_from_events`; the bins are 0 to K - 1.

    Raises
    ------
    CohortError
        If a time is negative or no number.
    HyoidError
        If the edges do not rise.
    """
    times, borders = np.asarray(days, np.float64), np.asarray(edges, np.float64)
    if borders.ndim != 1 or not len(borders) or not (np.isfinite(borders).all() and (np.diff(borders) > 0).all()):
        raise HyoidError.of(f"edges {borders.tolist()}", "one or more rising days", "Make them with bins_from_events.")
    Observed(times, np.zeros(times.shape, bool))  # refuses what is no time
    return np.searchsorted(borders, times, side="left").astype(np.int64)
