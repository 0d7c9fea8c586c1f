"""The `stack` part of a fold: patients on whom an estimator is fitted after a network, which never saw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hyoid.cohort.case import Case
from hyoid.cohort.splits.base import divide, ids_of
from hyoid.cohort.splits.fold import Fold
from hyoid.errors import CohortError

LEAST_TO_DIVIDE = 2


def with_stack(fold: Fold, cases: Sequence[Case], fraction: float, seed: int) -> Fold:
    """Return the fold with a stratified share of its training part as `stack`; one that has such a part is kept.

    Raises
    ------
    CohortError
        If there is one training patient only.
    """
    if fold.stack:
        return fold
    training = [case for case in cases if case.id in set(fold.train)]
    if len(training) < LEAST_TO_DIVIDE:
        raise CohortError.of(
            f"{len(training)} case(s) to train and stack on in {fold.name}",
            f"at least {LEAST_TO_DIVIDE}",
            "Use fewer folds or a larger cohort.",
        )
    size = min(max(1, round(fraction * len(training))), len(training) - 1)
    train, stack = divide(training, [len(training) - size, size], seed)
    return replace(fold, train=ids_of(train), stack=ids_of(stack))
