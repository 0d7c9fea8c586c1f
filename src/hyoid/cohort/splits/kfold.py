"""Stratified k-fold, alone and beside a held-out test part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from hyoid.cohort.case import Case
from hyoid.cohort.splits.base import Selecting, check_unique, divide, even_sizes
from hyoid.cohort.splits.fold import Fold
from hyoid.errors import CohortError


class KFold(Selecting):
    """Stratified k-fold: each case is reported in exactly one fold.

    Parameters
    ----------
    folds
        Number of folds. Their report parts differ in size by one case at most.
    """

    name: Literal["kfold"] = "kfold"
    folds: int = Field(default=5, ge=2)

    def make_folds(self, cases: Sequence[Case]) -> list[Fold]:
        """Return the folds `fold-0`, `fold-1`, ...; raises CohortError when there are fewer cases than folds."""
        check_unique(cases)
        return _kfold(self, self.folds, cases)


class HoldOutKFold(Selecting):
    """A stratified held-out test part, and stratified k-fold on the rest.

    Every fold carries the same `held_out` ids: no fold trains, selects or reports on them, and all folds' models
    together (the ensemble) predict them once, after everything is chosen.

    Parameters
    ----------
    test_fraction
        Share of the cases that is held out.
    folds
        Number of folds of the rest.
    """

    name: Literal["holdout_kfold"] = "holdout_kfold"
    test_fraction: float = Field(default=0.2, gt=0, lt=1)
    folds: int = Field(default=5, ge=2)

    def make_folds(self, cases: Sequence[Case]) -> list[Fold]:
        """Return the folds of the part that is not held out; raises CohortError when the cases do not suffice."""
        check_unique(cases)
        size = max(1, round(self.test_fraction * len(cases)))
        if len(cases) - size < self.folds:
            raise CohortError.of(
                f"{len(cases)} cases, {size} of them held out",
                f"at least {self.folds} for the {self.folds} folds of the rest",
                "Use fewer folds, a smaller test_fraction or a larger cohort.",
            )
        rest, held_out = divide(cases, [len(cases) - size, size], self.seed)
        return _kfold(self, self.folds, rest, held_out)


def _kfold(split: Selecting, folds: int, cases: Sequence[Case], held_out: Sequence[Case] = ()) -> list[Fold]:
    if len(cases) < max(folds, 3 if split.select == "nested" else 2):
        raise CohortError.of(
            f"{len(cases)} usable case(s)",
            f"at least one a fold for {folds} folds, and one each to train, select and report on",
            "Use fewer folds or a larger cohort.",
        )
    parts = divide(cases, even_sizes(len(cases), folds), split.seed)
    return [
        split.make_fold(f"fold-{k}", [c for i, part in enumerate(parts) if i != k for c in part], parts[k], held_out)
        for k in range(folds)
    ]
