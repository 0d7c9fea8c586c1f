"""Rows that a column map leaves out of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hyoid.cohort.columns import DropRule
from hyoid.cohort.table import Table
from hyoid.cohort.values import typed


def kept_rows(table: Table, id_column: str, rules: Sequence[DropRule], notes: list[str]) -> list[dict[str, str]]:
    """Return the rows that no rule drops; each rule's count and reason go to `notes`."""
    rows = list(table.rows)
    for rule in rules:
        kept = [row for row in rows if not _dropped(row, id_column, rule)]
        notes.append(f"{len(rows) - len(kept)} row(s) of {table.path.name} dropped: {rule.reason}.")
        rows = kept
    return rows


def _dropped(row: dict[str, str], id_column: str, rule: DropRule) -> bool:
    if rule.ids:
        return row[id_column] in rule.ids
    if rule.column not in row:
        return False
    cell = row[str(rule.column)]
    listed = rule.is_in if rule.is_in is not None else rule.not_in or ()
    texts = {str(value).strip().lower() for value in listed if value is not None}
    # a listed text that means missing elsewhere, such as "-", stands for itself: only null is every missing value
    values: set[Any] = {typed(value) for value in listed if value is None or typed(value) is not None}
    found = cell.lower() in texts or typed(cell) in values
    return found if rule.is_in is not None else not found
