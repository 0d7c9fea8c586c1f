"""Values of a DICOM data set as pydicom gives them, or one error whatever is wrong with them.

pydicom converts an element when it is asked for, and raises whatever the conversion raised: ValueError, TypeError,
UnicodeError, OverflowError, struct.error and more. Two policies stand upon this: `elements` takes a value that cannot
be understood for a missing one, for headers of thousands of slices of which only some values matter; `checked_values`
refuses it with a sentence, for objects of which every value matters (dose, registrations).
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any

from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

MAX_TEXT = 256
"""Longest text that is kept of an element: descriptions are shown to people, and a damaged length makes megabytes."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class UnreadableValueError(Exception):
    """An element whose bytes are no value of its representation, or not the value that is asked for."""


def read_value(dataset: Dataset, keyword: str) -> Any:
    """Return an element's value; None where it is absent or empty."""
    try:
        tag = _tag(keyword)
        found = dataset[tag].value if tag in dataset else None
    except Exception as error:
        raise UnreadableValueError(f"unreadable ({first_line(error)})") from error
    empty = (isinstance(found, str) and not found.strip()) or (isinstance(found, bytes) and not found)
    return None if empty else found


def read_texts(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """Return an element's values as texts without control characters or blanks at the ends, empty ones kept."""
    found = read_value(dataset, keyword)
    if found is None:
        return ()
    try:
        return tuple(_CONTROL.sub(" ", str(part))[:MAX_TEXT].strip() for part in _parts(found))
    except Exception as error:
        raise UnreadableValueError(f"unreadable ({first_line(error)})") from error


def read_numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Return an element's finite numbers, whatever VR they stand in; none where it is absent."""
    found = read_value(dataset, keyword)
    if found is None:
        return ()
    try:
        numbers = tuple(float(part) for part in _parts(found))
    except Exception as error:
        raise UnreadableValueError(shown(found)) from error
    if not all(map(math.isfinite, numbers)):
        raise UnreadableValueError(f"{len(numbers)} values, {shown(found)}")
    return numbers


def read_items(dataset: Dataset, keyword: str) -> list[Dataset]:
    """Return the items of a sequence; none where it is absent."""
    found = read_value(dataset, keyword)
    if found is None:
        return []
    try:
        items = list(found)
    except Exception as error:
        raise UnreadableValueError(shown(found)) from error
    if not all(isinstance(item, Dataset) for item in items):
        raise UnreadableValueError(shown(found))
    return items


def shown(found: Any) -> str:
    """Return a value fit for a sentence: its beginning."""
    return repr(found)[:80]


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, or its type."""
    lines = str(error).strip().splitlines()
    return lines[0][:120] if lines else type(error).__name__


def _parts(found: Any) -> list[Any]:
    """Return the single values; of an unknown VR pydicom gives bytes, and of a long text one value."""
    if hasattr(found, "__iter__") and not isinstance(found, str | bytes):
        return list(found)
    return (found.decode("latin-1") if isinstance(found, bytes) else str(found)).split("\\")


@cache
def _tag(keyword: str) -> BaseTag:
    return Tag(keyword)
