"""Folds of the centres' sizes, filled from all centres: what leave-one-centre-out is to be compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from hyoid.cohort.case import Case
from hyoid.cohort.splits.base import Selecting, check_unique, divide
from hyoid.cohort.splits.center import centers_of
from hyoid.cohort.splits.fold import Fold


class SizeMatchedKFold(Selecting):
    """One fold a centre, `size-of-NAME`: as many patients as the centre has are reported, of all centres, stratified.

    Leaving out a centre of half the patients also leaves half the training data. These folds train on as many patients
    as `leave_one_center_out` does, and report each patient once: what they lose less than it is not due to numbers.
    """

    name: Literal["size_matched_kfold"] = "size_matched_kfold"

    def make_folds(self, cases: Sequence[Case]) -> list[Fold]:
        """Return one fold per centre, by name.

        Raises
        ------
        CohortError
            If a case has no centre, or there is only one centre.
        """
        check_unique(cases)
        centers = centers_of(cases)
        sizes = Counter(str(case.center) for case in cases)
        parts = divide(cases, [sizes[center] for center in centers], self.seed)
        return [
            self.make_fold(f"size-of-{center}", [case for other in parts if other is not part for case in other], part)
            for center, part in zip(centers, parts, strict=True)
        ]
