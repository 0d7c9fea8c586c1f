"""Reading values of a DICOM data set that may be damaged: a value that cannot be understood is a missing one.

pydicom converts an element when it is asked for, and raises whatever the conversion raised: ValueError, TypeError,
UnicodeError, OverflowError, struct.error and more. Whether a missing value matters is for the caller to say.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from pydicom import config
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

MAX_TEXT = 256
"""Longest text that is kept of an element: descriptions are shown to people, and a damaged length makes megabytes."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@contextmanager
def tolerant() -> Iterator[None]:
    """Let pydicom read values that break a rule of their VR without a warning: hospitals' files are full of them."""
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        yield


def value(dataset: Dataset, keyword: str) -> Any:
    """Return an element's value as pydicom gives it; None where it is absent, empty, or cannot be converted."""
    try:
        tag = _tag(keyword)
        found = dataset[tag].value if tag in dataset else None
    except Exception:  # noqa: BLE001 - see the module's docstring
        return None
    return None if found is None or (isinstance(found, str | bytes) and not found) else found


@cache
def _tag(keyword: str) -> BaseTag:
    return Tag(keyword)


def texts(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """Return an element's values as texts without control characters or blanks at the ends, empty ones kept."""
    found = value(dataset, keyword)
    if found is None:
        return ()
    try:
        parts = list(found) if _is_several(found) else _plain(found).split("\\")
        return tuple(_CONTROL.sub(" ", str(part))[:MAX_TEXT].strip() for part in parts)
    except Exception:  # noqa: BLE001 - see the module's docstring
        return ()


def text(dataset: Dataset, keyword: str) -> str:
    """Return an element's value as one text; "" where there is none."""
    return "\\".join(texts(dataset, keyword))


def numbers(dataset: Dataset, keyword: str, count: int) -> tuple[float, ...] | None:
    """Return an element's `count` finite numbers, whatever VR they stand in; None where they are not that."""
    found = value(dataset, keyword)
    if found is None:
        return None
    try:
        parts = list(found) if _is_several(found) else _plain(found).split("\\")
        values = tuple(float(part) for part in parts)
    except Exception:  # noqa: BLE001 - see the module's docstring
        return None
    return values if len(values) == count and all(map(math.isfinite, values)) else None


def number(dataset: Dataset, keyword: str) -> float | None:
    """Return an element's one finite number; None where there is none, or several."""
    found = numbers(dataset, keyword, 1)
    return found[0] if found else None


def whole(dataset: Dataset, keyword: str) -> int | None:
    """Return an element's one whole number; None where there is none."""
    found = number(dataset, keyword)
    return int(found) if found is not None and found.is_integer() else None


def items(dataset: Dataset, keyword: str) -> list[Dataset]:
    """Return the items of a sequence; none where it is absent or damaged."""
    found = value(dataset, keyword)
    try:
        return [item for item in found if isinstance(item, Dataset)] if found is not None else []
    except Exception:  # noqa: BLE001 - see the module's docstring
        return []


def _plain(found: Any) -> str:
    """Return a single value as text; of an unknown VR pydicom gives bytes."""
    return found.decode("latin-1") if isinstance(found, bytes) else str(found)


def _is_several(found: Any) -> bool:
    return hasattr(found, "__iter__") and not isinstance(found, str | bytes)
