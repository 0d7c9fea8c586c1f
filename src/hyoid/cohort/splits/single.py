"""One division of the cases, as papers report it that do not cross-validate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from hyoid.cohort.case import Case
from hyoid.cohort.splits.base import Selecting, check_unique, divide
from hyoid.cohort.splits.fold import Fold
from hyoid.errors import CohortError


class Single(Selecting):
    """One stratified part that is reported, and one fold trained on the rest.

    With `select: published` the reported part is also chosen on. A single part says little: its intervals are wide, and
    another seed gives another figure.

    Parameters
    ----------
    report_fraction
        Share of the cases that is reported.
    report_cases
        Their number, in the place of a share.
    """

    name: Literal["single"] = "single"
    report_fraction: float = Field(default=0.1, gt=0, lt=1)
    report_cases: int | None = Field(default=None, ge=1)

    def make_folds(self, cases: Sequence[Case]) -> list[Fold]:
        """Return the fold `fold-0`; raises CohortError when nobody would be left to train and select on."""
        check_unique(cases)
        size = self.report_cases or max(1, round(self.report_fraction * len(cases)))
        least = 1 if self.select == "published" else 2
        if len(cases) - size < least:
            raise CohortError.of(
                f"{len(cases)} case(s), {size} of them to report",
                f"at least {least} more, to train and select on",
                "Use a smaller report_fraction, fewer report_cases or a larger cohort.",
            )
        training, report = divide(cases, [len(cases) - size, size], self.seed)
        return [self.make_fold("fold-0", training, report)]
