"""Whether something fitted is what the patients give whom it is said to have seen, and if not, who else was there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, combinations
from typing import Any

from hyoid.benchmark.leakage.leak import Leak
from hyoid.benchmark.leakage.trained import FoldParts, TrainedRun, fold_ids
from hyoid.errors import HyoidError
from hyoid.files import jsonable

TOLERANCE = 1e-6
"""Relative difference of numbers that counts as none: refitting on another machine rounds otherwise."""

Refit = Callable[[Sequence[str]], Any]
"""From the ids of patients, sorted, to the fitted value in JSON types."""


def agree(one: Any, other: Any, tolerance: float = TOLERANCE) -> bool:
    """Whether two JSON values are the same but for the rounding of numbers that are no integers."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(agree(one[key], other[key], tolerance) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(agree(a, b, tolerance) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) or isinstance(other, float):
        numbers = isinstance(one, int | float) and isinstance(other, int | float)
        return numbers and math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)
    return bool(one == other)


def who_else(
    recorded: Any, refit: Refit, stated: Sequence[str], suspects: Sequence[Sequence[str]], tolerance: float = TOLERANCE
) -> tuple[str, ...] | None:
    """Return whom something fitted saw besides the `stated` patients, or None where they alone give it.

    Tried are all unions of the groups of `suspects` beside the stated patients, each group in their place, and single
    suspects beside them. Where none of these gives the recorded value either, nobody is returned.
    """

    def gives(ids: Sequence[str]) -> bool:
        try:
            return agree(jsonable(recorded), jsonable(refit(sorted(set(ids)))), tolerance)
        except (HyoidError, TypeError, KeyError):  # such a group cannot be fitted on
            return False

    if gives(stated):
        return None
    groups = [sorted(set(group) - set(stated)) for group in suspects]
    groups = [group for group in groups if group]
    unions = chain.from_iterable(combinations(groups, n) for n in range(1, len(groups) + 1))
    candidates = chain(
        ((list(chain(*union)), stated) for union in unions),
        ((group, ()) for group in groups),
        (([single], stated) for single in chain(*groups)),
    )
    return next((tuple(sorted(extra)) for extra, base in candidates if gives([*base, *extra])), ())


def refit_leaks(
    run: TrainedRun,
    fold: FoldParts,
    path: str,
    recorded: Any,
    refit: Refit,
    stated: Sequence[str],
    tolerance: float = TOLERANCE,
) -> Iterator[Leak]:
    """Yield the leak of something fitted on others than the `stated` patients; it names those that the fold reports."""
    elsewhere = sorted({case.id for case in run.cohort.cases} - fold_ids(fold))
    learnt = sorted(fold.learnt)
    extra = who_else(
        recorded, refit, stated, [fold.parts["report"], fold.parts["held_out"], learnt, elsewhere], tolerance
    )
    if extra is None:
        return
    reported = tuple(i for i in extra if i in fold.reported)
    if reported:
        yield Leak("fitted", run.path(path), "is what patients give of whom the fold reports these", reported)
    elif extra:
        yield Leak("unproven", run.path(path), "saw these, whom seen.json does not name", extra)
    else:
        found = "is not what the patients give whom seen.json names; who else it saw cannot be told"
        yield Leak("unproven", run.path(path), found)
