"""What all encoders share: the columns that are numbers, and fitting column by column."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.fitted import FittedColumn, FittedEncoder
from hyoid.cohort.encoders.value import check_columns, known_values
from hyoid.errors import CohortError
from hyoid.settings import Settings


class Encoder(Settings, ABC):
    """Settings of every encoder.

    Parameters
    ----------
    numeric
        Columns that are quantities; all others are categories.
    """

    numeric: tuple[str, ...] = ("age",)

    def fit(self, cases: Sequence[Case], columns: Sequence[str]) -> FittedEncoder:
        """Fit on these cases, the fold's training part, and on nothing else.

        Parameters
        ----------
        cases
            Cases to fit on; their order changes nothing.
        columns
            Canonical clinical columns to encode, `hpv` included where it is an input.

        Raises
        ------
        CohortError
            If there is no case, a column is repeated, or one is no input of a model (the center, an outcome).
        """
        check_columns(columns)
        if not cases:
            raise CohortError.of("no case to fit an encoder on", "at least one", "Check the split.")
        notes = tuple(
            f"{column} has no value in any of the {len(cases)} fitted cases; it is missing for the model."
            for column in columns
            if not known_values(cases, column)
        )
        return FittedEncoder(columns=self.fit_columns(cases, columns), notes=notes)

    def fit_columns(self, cases: Sequence[Case], columns: Sequence[str]) -> tuple[FittedColumn, ...]:
        """Fit all columns; one by one, where a column's encoding does not depend on the others."""
        return tuple(self.fit_column(cases, column) for column in columns)

    @abstractmethod
    def fit_column(self, cases: Sequence[Case], column: str) -> FittedColumn:
        """Fit one column; each kind of encoder has its own way."""
