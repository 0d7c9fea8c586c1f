"""Dates that are moved by whole days, in the ways DICOM writes them (PS3.5 6.2)."""

from __future__ import annotations

import re
from datetime import date, timedelta

_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_OLD_DATE = re.compile(r"(\d{4})\.(\d{2})\.(\d{2})")
_DATE_TIME = re.compile(r"(\d{4})(\d{2})?(\d{2})?((?:\d{2}){0,3})(\.\d{1,6})?([+-]\d{4})?")
_TIME = re.compile(r"\d{2}(?::?\d{2}(?::?\d{2}(?:\.\d{1,6})?)?)?")


def shift_date(value: str, days: int) -> str | None:
    """Move a DA value by `days`; None where it is no date. An empty value stays empty.

    Also reads the dotted form of ACR-NEMA (1960.01.16), which PS3.5 asks readers to know, and keeps that form.
    """
    text = value.strip(" \0")
    if not text:
        return ""
    for pattern, written in ((_DATE, "{:04d}{:02d}{:02d}"), (_OLD_DATE, "{:04d}.{:02d}.{:02d}")):
        found = pattern.fullmatch(text)
        if found:
            moved = _moved(int(found[1]), int(found[2]), int(found[3]), days)
            return None if moved is None else written.format(moved.year, moved.month, moved.day)
    return None


def shift_datetime(value: str, days: int) -> str | None:
    """Move a DT value by `days`; the time of day and the offset from UTC stay as they are written.

    A value that names only a year, or a year and month, is moved from the first of it and keeps its precision.
    None where it is no date-time. An empty value stays empty.
    """
    text = value.strip(" \0")
    if not text:
        return ""
    found = _DATE_TIME.fullmatch(text)
    if not found or (found[4] and not found[3]) or (found[5] and len(found[4]) != 6):
        return None
    if not _is_time_of_day(found[4]):
        return None
    moved = _moved(int(found[1]), int(found[2] or 1), int(found[3] or 1), days)
    if moved is None:
        return None
    written = f"{moved.year:04d}{moved.month:02d}{moved.day:02d}"
    kept = 8 if found[3] else 6 if found[2] else 4
    return written[:kept] + found[4] + (found[5] or "") + (found[6] or "")


def is_time(value: str) -> bool:
    """Whether a text is a TM value, empty ones included; the colons of ACR-NEMA are allowed."""
    text = value.strip(" \0")
    return not text or (_TIME.fullmatch(text) is not None and _is_time_of_day(text.split(".")[0].replace(":", "")))


def _is_time_of_day(digits: str) -> bool:
    """Whether HH, HHMM or HHMMSS is a time of day; 60 seconds are a leap second."""
    parts = [int(digits[i : i + 2]) for i in range(0, len(digits), 2)]
    return all(part <= most for part, most in zip(parts, (23, 59, 60), strict=False))


def _moved(year: int, month: int, day: int, days: int) -> date | None:
    try:
        return date(year, month, day) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
