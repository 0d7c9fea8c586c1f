"""What a statistic is in every resample of the patients, for what needs more of it than two percentiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hyoid.errors import HyoidError
from hyoid.metrics.intervals import Bootstrap, Floats, WeightedStatistic, resamples


def draw_values(
    statistic: WeightedStatistic,
    n_cases: int,
    settings: Bootstrap | None = None,
    strata: Sequence[Any] | None = None,
) -> tuple[Floats, Floats]:
    """Return a statistic of the cases as they are, and of each resample.

    The resamples are those of `weighted_interval` with the same settings, so that their percentiles are its bounds.

    Parameters
    ----------
    statistic
        From weights (replicates, n cases) to values (replicates,) or (replicates, k).
    n_cases
        Number of cases.
    settings, strata
        As in `bootstrap_interval`.

    Returns
    -------
    tuple[Floats, Floats]
        The value, a number or (k,), and (replicates,) or (replicates, k).

    Raises
    ------
    HyoidError
        If there is no case, or `strata` has another length.
    """
    settings = settings or Bootstrap()
    if n_cases < 1:
        raise HyoidError.of("no case", "one case or more", "Check what was selected.")
    value = statistic(np.ones((1, n_cases)))
    drawn = [statistic(weights) for weights in resamples(n_cases, settings, strata)]
    return value[0], np.concatenate([value[:0], *drawn])
