"""Intervals of several measures at once, all from the same resamples of the patients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hyoid.metrics.draws import Bootstrap, Floats, draw_values
from hyoid.metrics.intervals import Interval, interval_of

MINIMUM_EVENTS = 5
"""Fewest events of which an interval is given, and of a center that is given a C: below it one patient's rank decides,
and resamples repeat the same few orders, as if they were sure."""

WeightedStatistics = Callable[[Floats], Floats]
"""From weights (replicates, n cases) to values (replicates, k measures); NaN where undefined."""


def with_enough_events(settings: Bootstrap | None, events: int) -> Bootstrap:
    """Return the settings, without replicates, so that no interval is drawn, below `MINIMUM_EVENTS`."""
    settings = settings or Bootstrap()
    return settings if events >= MINIMUM_EVENTS else settings.model_copy(update={"replicates": 0})


def weighted_intervals(
    statistics: WeightedStatistics,
    n_cases: int,
    counts: Sequence[int],
    settings: Bootstrap | None = None,
    strata: Sequence[Any] | None = None,
) -> tuple[Interval, ...]:
    """Compute k statistics of the weights of cases, and their percentile intervals.

    Each is what `weighted_interval` gives for it alone; what the statistics share is computed once.

    Parameters
    ----------
    statistics
        From weights (replicates, n cases) to values (replicates, k).
    n_cases
        Number of cases.
    counts
        (k,) numbers of cases that count in each.
    settings, strata
        As in `bootstrap_interval`.

    Raises
    ------
    HyoidError
        If there is no case, or `strata` has another length.
    """
    settings = settings or Bootstrap()
    values, drawn = draw_values(statistics, n_cases, settings, strata)
    return tuple(interval_of(float(values[k]), drawn[:, k], settings, n) for k, n in enumerate(counts))
