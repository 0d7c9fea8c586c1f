"""Counts in words."""

from __future__ import annotations


def counted(number: int, noun: str, several: str | None = None) -> str:
    """Return '1 patient', '3 patients'; `several` is the plural where it is not made by an s."""
    return f"{number} {noun if number == 1 else several or noun + 's'}"
