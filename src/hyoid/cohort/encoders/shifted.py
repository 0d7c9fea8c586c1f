"""Codes shifted by one, so that 0 can mean missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.base import Encoder
from hyoid.cohort.encoders.coded import fit_coded
from hyoid.cohort.encoders.fitted import FittedColumn
from hyoid.cohort.encoders.standardised import fit_standardised


class Shifted(Encoder):
    """Numbers standardised, categories as their code plus one, everything missing as 0 (SIMS-LIFE, HECKTOR 2025).

    A missing number becomes 0 too, which is the mean of the fitted cases.
    """

    name: Literal["shifted"] = "shifted"

    def fit_column(self, cases: Sequence[Case], column: str) -> FittedColumn:
        """Fit one column."""
        if column in self.numeric:
            return fit_standardised(cases, column, missing=0.0, flag=False)
        return fit_coded(cases, column, shift=1.0, missing=0.0)
