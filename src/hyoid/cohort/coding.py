"""Whether a table codes its yes/no columns as 0 and 1: read as they stand, 1 and 2 turn an outcome round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from hyoid.cohort.values import Value
from hyoid.errors import CohortError

BINARY_COLUMNS = {
    "relapse": ("0 (none) and 1 (recurrence)", "{1: 0, 2: 1}"),
    "hpv": ("0 (negative) and 1 (positive)", "{1: 0, 2: 1}"),
    "gender": ("0 (female) and 1 (male)", "{1: 1, 2: 0}"),
    "tobacco": ("0 (no) and 1 (yes)", "{1: 0, 2: 1}"),
    "alcohol": ("0 (no) and 1 (yes)", "{1: 0, 2: 1}"),
}
"""Columns that are 0 or 1: what the two mean, and the usual coding of statistics programs' 1 and 2."""

OUTCOMES = ("relapse", "hpv")
"""Those of which values that are neither are refused where they are more than a few."""

FEW = 3
FEW_SHARE = 0.05
"""Values that are neither 0 nor 1 and still taken for slips: up to this number, or this share of the known ones."""


def refuse_other_coding(seen: Mapping[str, Counter[Value]], table: str) -> None:
    """Refuse a table whose yes/no columns are coded otherwise than 0 and 1.

    Parameters
    ----------
    seen
        How often each value that is not missing stands in a column, by canonical name, after the codings.
    table
        The table's name.

    Raises
    ------
    CohortError
        If the values of a column are exactly 1 and 2, or an outcome has more than a few other numbers than 0 and 1.
    """
    for name, values in seen.items():
        meaning, coding = BINARY_COLUMNS[name]
        other = {value: n for value, n in values.items() if not isinstance(value, str) and value not in (0, 1)}
        if set(values) == {1, 2}:
            found = f"the values 1 and 2 of {name} in {table}"
            advice = f"Coded 1/2? Give `codings: {{{name}: {coding}}}` in a --columns file."
        elif name in OUTCOMES and sum(other.values()) > max(FEW, FEW_SHARE * values.total()):
            listed = ", ".join(f"{value:g}" for value in sorted(other, key=float)[:5])
            found = f"{sum(other.values())} of {values.total()} known values of {name} in {table} coded {listed}"
            missing = f"{{{name}: {{{min(other, key=float):g}: null}}}}"
            advice = f"Say in a --columns file what they mean, such as `codings: {missing}`."
        else:
            continue
        raise CohortError.of(found, meaning, f"{advice} Where {name} is not needed, list its column under `ignore`.")
