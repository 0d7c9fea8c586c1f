"""Single cells of a table: what is missing, what is a number, what is a word."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

SILENT_MISSING = frozenset({"", "na", "n/a", "nan", "none", "null", "<na>", "#n/a", "#na"})
"""Texts (in lower case) that every table program writes for an empty cell; read as missing without a word."""

SPOKEN_MISSING = frozenset(
    {"unknown", "unk", "tbd", "?", "-", "--", ".", "n.a.", "missing", "not available", "not known", "not reported"}
)
"""Words (in lower case) by which people say that a value is missing; read as missing, and the reader counts them."""

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")

Value = int | float | str


def typed(value: Any, decimal: str = ".") -> Value | None:
    """Return the value of a cell with its type: `0`, `0.0`, `"0"`, `"0.0"` and False are all the integer 0.

    Parameters
    ----------
    value
        A cell's text, or a value from JSON (number, text, boolean, null).
    decimal
        The decimal mark in texts, `.` or `,`.

    Returns
    -------
    int, float or str, or None where the value is missing (None, NaN, infinite, or a text of the two missing sets).
    """
    if value is None or isinstance(value, str):
        return _typed_text(value or "", decimal)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return _whole(value) if math.isfinite(value) else None
    return str(value)


def is_missing(value: Any, extra: Iterable[str] = ()) -> bool:
    """Whether a cell is missing by the two standard sets or the `extra` texts (compared in lower case)."""
    if isinstance(value, str):
        text = value.strip().lower()
        return text in SILENT_MISSING or text in SPOKEN_MISSING or text in {e.strip().lower() for e in extra}
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def column_key(name: str) -> str:
    """Return a column's name in lower case with underscores: `"RFS (days)"` and `"rfs-days"` are both `rfs_days`.

    >>> column_key(" M-stage ")
    'm_stage'
    """
    return re.sub(r"[^0-9a-z]+", "_", name.strip().lower()).strip("_")


def _typed_text(text: str, decimal: str) -> Value | None:
    text = text.strip()
    if is_missing(text):
        return None
    number = text.replace(decimal, ".") if decimal != "." else text
    if not _NUMBER.fullmatch(number):
        return text
    value = float(number)
    return _whole(value) if math.isfinite(value) else None


def _whole(value: float) -> int | float:
    return int(value) if value.is_integer() else value
