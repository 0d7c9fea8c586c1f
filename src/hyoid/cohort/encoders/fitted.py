"""A fitted encoder: plain data that turns cases into numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from hyoid.cohort.case import Case
from hyoid.cohort.encoders.coded import CodedColumn
from hyoid.cohort.encoders.indicator import IndicatorColumn
from hyoid.cohort.encoders.regressed import RegressedColumn
from hyoid.cohort.encoders.standardised import StandardisedColumn
from hyoid.errors import CohortError
from hyoid.settings import Settings, describe_errors

FittedColumn = Annotated[
    StandardisedColumn | IndicatorColumn | CodedColumn | RegressedColumn, Field(discriminator="kind")
]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Cases as numbers.

    Parameters
    ----------
    values
        float32, shape (n, d).
    names
        The d column names.
    notes
        Values that training never saw and how they were encoded, one sentence a value.
    """

    values: NDArray[np.float32]
    names: tuple[str, ...]
    notes: tuple[str, ...]


class FittedEncoder(Settings):
    """The state of an encoder after `fit`: it belongs to a fold and is saved as JSON with it.

    Parameters
    ----------
    columns
        The fitted columns in the order of the recipe.
    notes
        Columns that no fitted case had a value for.
    """

    columns: tuple[FittedColumn, ...]
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the output columns."""
        return tuple(name for column in self.columns for name in column.names)

    def encode(self, cases: Sequence[Case]) -> Encoded:
        """Return the cases' values; nothing is fitted here, each case's row depends on that case alone."""
        notes: list[str] = []
        blocks = [column.encode(cases, notes) for column in self.columns]
        return Encoded(np.concatenate(blocks, axis=1), self.names, tuple(notes))

    def to_json(self) -> dict[str, Any]:
        """Return the state in plain JSON types; `from_json` gives back an equal encoder, bit for bit."""
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, value: Any) -> FittedEncoder:
        """Return the encoder of a `to_json` value; raises CohortError when it is something else."""
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise CohortError(f"This is no fitted clinical encoder: {describe_errors(error)}.") from error
