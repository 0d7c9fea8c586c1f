"""The value of one column of one case, as encoders see it."""

from __future__ import annotations

from collections.abc import Sequence

from hyoid.cohort.case import Case
from hyoid.cohort.values import Value, typed
from hyoid.errors import CohortError

FORBIDDEN = {
    "id": "an identifier is no clinical value",
    "center": "the center is a label of the split, never an input of a model",
    "relapse": "it is an outcome",
    "rfs": "it is an outcome",
    "rfs_days": "it is an outcome",
}
"""Names that no encoder takes, with the reason."""


def value_of(case: Case, column: str) -> Value | None:
    """Return a clinical value with its type (`"0"`, `0` and `0.0` are one), None where missing; `hpv` as 0 or 1."""
    if column == "hpv":
        return None if case.hpv is None else int(case.hpv)
    return typed(case.clinical.get(column))


def known_values(cases: Sequence[Case], column: str) -> list[Value]:
    """Return the values of a column that are not missing, in the cases' order."""
    values = (value_of(case, column) for case in cases)
    return [value for value in values if value is not None]


def categories_of(cases: Sequence[Case], column: str) -> tuple[Value, ...]:
    """Return the different values of a column: numbers first, then words, each in order."""
    return tuple(sorted(set(known_values(cases, column)), key=lambda v: (isinstance(v, str), v)))


def check_columns(columns: Sequence[str]) -> None:
    """Refuse columns that no model may see, and repeated ones."""
    for column in columns:
        if column in FORBIDDEN:
            raise CohortError.of(
                f"the column {column!r} as a model's input", "clinical columns", f"{FORBIDDEN[column]}."
            )
    if not columns or len(set(columns)) < len(columns):
        raise CohortError.of(f"the columns {list(columns)}", "at least one, each once", "Correct the recipe.")
