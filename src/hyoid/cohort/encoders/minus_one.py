"""Missing is -1: numbers standardised, categories by their code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.base import Encoder
from hyoid.cohort.encoders.coded import fit_coded
from hyoid.cohort.encoders.fitted import FittedColumn
from hyoid.cohort.encoders.standardised import fit_standardised

MISSING = -1.0


class MinusOne(Encoder):
    """Numbers standardised, categories as their code, and everything missing as -1 (Dexl and Ingrisch, HECKTOR 2025).

    A standardised number can be near -1 without being missing: that is the paper's choice, `one_hot` with `flag` or
    `median` tell the two apart.
    """

    name: Literal["minus_one"] = "minus_one"

    def fit_column(self, cases: Sequence[Case], column: str) -> FittedColumn:
        """Fit one column."""
        if column in self.numeric:
            return fit_standardised(cases, column, missing=MISSING, flag=False)
        return fit_coded(cases, column, shift=0.0, missing=MISSING)
