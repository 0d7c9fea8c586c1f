"""Leave one centre out: what a model is worth in a hospital that it never saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hyoid.cohort.case import Case
from hyoid.cohort.splits.base import Selecting, check_unique
from hyoid.cohort.splits.fold import Fold
from hyoid.errors import CohortError


class LeaveOneCenterOut(Selecting):
    """One fold a centre, `center-NAME`: it is reported, all others train and select."""

    name: Literal["leave_one_center_out"] = "leave_one_center_out"

    def make_folds(self, cases: Sequence[Case]) -> list[Fold]:
        """Return one fold per centre, by name.

        Raises
        ------
        CohortError
            If a case has no centre (it could be of the centre that is left out), or there is only one centre.
        """
        check_unique(cases)
        centers = centers_of(cases)
        return [
            self.make_fold(
                f"center-{center}",
                [case for case in cases if case.center != center],
                [case for case in cases if case.center == center],
            )
            for center in centers
        ]


def centers_of(cases: Sequence[Case]) -> list[str]:
    """Return the centres by name; raises CohortError if a case has none, or there is only one."""
    lost = sorted(case.id for case in cases if case.center is None)
    if lost:
        raise CohortError.of(
            f"{len(lost)} case(s) without a center (first: {lost[0]})",
            "the center of every case",
            "Add a CenterID column, or say with --columns where the center stands.",
        )
    centers = sorted({str(case.center) for case in cases})
    if len(centers) < 2:
        raise CohortError.of(
            f"{len(centers)} center(s) {centers}", "at least two to leave one out", "Use kfold instead."
        )
    return centers
