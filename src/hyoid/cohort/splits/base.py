"""What all splits share: the labels to spread, and the inner `select` part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from hyoid.cohort.case import Case
from hyoid.cohort.splits.fold import Fold
from hyoid.cohort.splits.stratify import stratify
from hyoid.errors import CohortError
from hyoid.settings import Settings


def stratum(case: Case) -> tuple[str, str, str, str]:
    """Return the labels to spread over parts: center, event, HPV status, sex; unknown is a value of its own."""
    return (str(case.center), str(case.relapse), str(case.hpv), str(case.clinical.get("gender")))


def divide(cases: Sequence[Case], sizes: Sequence[int], seed: int) -> list[list[Case]]:
    """Divide cases into stratified parts of exactly these sizes, whatever the order they come in."""
    ordered = sorted(cases, key=lambda case: case.id)
    parts = stratify([stratum(case) for case in ordered], sizes, seed)
    return [[case for case, part in zip(ordered, parts, strict=True) if part == k] for k in range(len(sizes))]


def even_sizes(n: int, parts: int) -> list[int]:
    """Sizes of `parts` parts of `n` cases that differ by one at most, the larger first."""
    return [n // parts + (k < n % parts) for k in range(parts)]


def ids_of(cases: Sequence[Case]) -> tuple[str, ...]:
    """Return the cases' ids, sorted."""
    return tuple(sorted(case.id for case in cases))


def check_unique(cases: Sequence[Case]) -> None:
    """Refuse cases of which two have the same id."""
    ids = [case.id for case in cases]
    if len(set(ids)) < len(ids):
        twice = sorted({i for i in ids if ids.count(i) > 1})
        raise CohortError.of(f"the id {twice[0]} more than once", "every patient once", "Merge the records.")


class Selecting(Settings):
    """Settings of every split.

    Parameters
    ----------
    seed
        Seed of the stratified division.
    select_fraction
        Share of the training part that becomes `select`, stratified (at least one case).
    select
        `nested`: cut from the training part. `published`: choose on the reported part as the papers did; every such
        fold is `optimistic`.
    """

    seed: int = Field(default=0, ge=0)
    select_fraction: float = Field(default=0.15, gt=0, le=0.5)
    select: Literal["nested", "published"] = "nested"

    @property
    def optimistic(self) -> bool:
        """Whether the folds choose on the part that they report."""
        return self.select == "published"

    def make_fold(
        self,
        name: str,
        training: Sequence[Case],
        report: Sequence[Case],
        held_out: Sequence[Case] = (),
        notes: tuple[str, ...] = (),
    ) -> Fold:
        """Divide `training` into train and select, and build the fold."""
        train: Sequence[Case]
        select: Sequence[Case]
        if self.select == "published":
            train, select = training, report
        else:
            if len(training) < 2:
                raise CohortError.of(
                    f"{len(training)} case(s) to train and select on in {name}",
                    "at least 2",
                    "Use fewer folds or a larger cohort.",
                )
            size = min(max(1, round(self.select_fraction * len(training))), len(training) - 1)
            train, select = divide(training, [len(training) - size, size], self.seed)
        return Fold(name, ids_of(train), ids_of(select), ids_of(report), (), ids_of(held_out), notes)
