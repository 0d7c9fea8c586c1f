"""What a statistic is in every resample of the patients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from hyoid.errors import HyoidError
from hyoid.settings import Settings

Floats = NDArray[np.float64]

WeightedStatistic = Callable[[Floats], Floats]
"""From weights (replicates, n cases), how often each case counts, to values (replicates,); NaN where undefined."""

_WEIGHTS_PER_CHUNK = 4_000_000


class Bootstrap(Settings):
    """How intervals are drawn: patients with replacement, and percentiles of what comes out.

    `replicates` 0 gives no interval, only the value.
    """

    replicates: int = Field(2000, ge=0)
    level: float = Field(0.95, gt=0, lt=1)
    seed: int = Field(0, ge=0)


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
    drawn = [statistic(weights) for weights in _resamples(n_cases, settings, strata)]
    return value[0], np.concatenate([value[:0], *drawn])


def _resamples(n_cases: int, settings: Bootstrap, strata: Sequence[Any] | None) -> Iterator[Floats]:
    """Yield how often each case was drawn, in chunks (replicates, n cases) of bounded size."""
    if strata is not None and len(strata) != n_cases:
        raise HyoidError.of(f"{len(strata)} strata", f"one for each of {n_cases} cases", "Align the cases.")
    labels = [str(label) for label in strata] if strata is not None else [""] * n_cases
    groups = [np.array([i for i, own in enumerate(labels) if own == label]) for label in sorted(set(labels))]
    generator = np.random.default_rng(settings.seed)
    size = max(1, _WEIGHTS_PER_CHUNK // n_cases)
    for start in range(0, settings.replicates, size):
        weights = np.zeros((min(size, settings.replicates - start), n_cases))
        for group in groups:
            shares = np.full(len(group), 1 / len(group))
            weights[:, group] = generator.multinomial(len(group), shares, size=len(weights))
        yield weights
