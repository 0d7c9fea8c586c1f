"""The clinical columns of a cohort: spread of numbers, counts of categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hyoid.cohort import Case
from hyoid.evaluation.description.missing import clinical_columns
from hyoid.evaluation.description.spread import Spread

MOST_CATEGORIES = 12
"""A column of words or codes with more values than these is only counted: free text and identifiers are no table."""

NUMERIC_FROM = 7
"""A column of numbers alone that the schema does not know is one of measures from so many different values on; with
fewer they may be codes, and are counted."""

_NUMERIC = ("age",)
_CODED = {"gender": {0: "female", 1: "male"}, "tobacco": {0: "no", 1: "yes"}, "alcohol": {0: "no", 1: "yes"}}


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One column: how many patients have a value, and either the spread or the number of patients by value.

    Both are None of a column with more than `MOST_CATEGORIES` different values that are not all numbers; `distinct` is
    their number.
    """

    column: str
    n: int
    distinct: int
    spread: Spread | None
    counts: dict[str, int] | None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        spread = None if self.spread is None else self.spread.to_dict()
        return {"n": self.n, "distinct": self.distinct, "spread": spread, "counts": self.counts}


def summarise_characteristics(cases: Sequence[Case]) -> list[Characteristic]:
    """Describe each clinical column that any patient has a value of."""
    columns = [
        (name, [case.clinical[name] for case in cases if name in case.clinical]) for name in clinical_columns(cases)
    ]
    return [_characteristic(name, values) for name, values in columns if values]


def _characteristic(column: str, values: Sequence[Any]) -> Characteristic:
    counts = Counter(values)
    numbers = [float(value) for value in values if isinstance(value, int | float)]
    is_measure = column in _NUMERIC or (column not in _CODED and len(counts) >= NUMERIC_FROM)
    if is_measure and len(numbers) == len(values):
        return Characteristic(column, len(values), len(counts), Spread.of(numbers), None)
    if len(counts) > MOST_CATEGORIES:
        return Characteristic(column, len(values), len(counts), None, None)
    names = _CODED.get(column, {})
    ordered = sorted(counts.items(), key=lambda item: (isinstance(item[0], str), item[0]))
    named = {str(names.get(value, value)): count for value, count in ordered}
    return Characteristic(column, len(values), len(counts), None, named)
