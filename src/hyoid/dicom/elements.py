"""Values of a data set that may be damaged: one that cannot be understood is a missing one (see `values`).

Whether a missing value matters is for the caller to say.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydicom import config
from pydicom.dataset import Dataset

from hyoid.dicom.values import UnreadableValueError, read_items, read_numbers, read_texts, read_value


@contextmanager
def tolerant() -> Iterator[None]:
    """Let pydicom read values that break a rule of their VR without a warning: hospitals' files are full of them."""
    with warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        yield


def value(dataset: Dataset, keyword: str) -> Any:
    """Return an element's value as pydicom gives it; None where it is absent, empty, or cannot be converted."""
    try:
        return read_value(dataset, keyword)
    except UnreadableValueError:
        return None


def texts(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """Return an element's values as texts without control characters or blanks at the ends, empty ones kept."""
    try:
        return read_texts(dataset, keyword)
    except UnreadableValueError:
        return ()


def text(dataset: Dataset, keyword: str) -> str:
    """Return an element's value as one text; "" where there is none."""
    return "\\".join(texts(dataset, keyword))


def numbers(dataset: Dataset, keyword: str, count: int) -> tuple[float, ...] | None:
    """Return an element's `count` finite numbers, whatever VR they stand in; None where they are not that."""
    try:
        found = read_numbers(dataset, keyword)
    except UnreadableValueError:
        return None
    return found if len(found) == count else None


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
    try:
        return read_items(dataset, keyword)
    except UnreadableValueError:
        return []
