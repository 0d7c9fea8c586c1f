"""Reading single elements of a DICOM header: a value, or a sentence that says what is wrong with it."""

from __future__ import annotations

import math
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydicom import Dataset
from pydicom import Sequence as DicomSequence
from pydicom.datadict import dictionary_description, tag_for_keyword
from pydicom.errors import BytesLengthException
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag

from hyoid.errors import DicomError

_DAMAGE = (
    *(ValueError, TypeError, OverflowError, AttributeError, NotImplementedError, LookupError, OSError, EOFError),
    *(struct.error, BytesLengthException),
)
"""What pydicom raises on bytes that are no value of their representation."""


@contextmanager
def without_pydicom_warnings() -> Iterator[None]:
    """Silence pydicom's warnings on odd values: what matters here is checked, and refused in hyoid's own words."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="pydicom")
        yield


def described(keyword: str) -> str:
    """Return an attribute's name and tag for a sentence, such as `Patient's Weight (0010,1030)`."""
    tag = tag_for_keyword(keyword)
    return keyword if tag is None else f"{dictionary_description(tag)} {tag_text(Tag(tag))}"


def tag_text(tag: BaseTag) -> str:
    """Return a tag as (gggg,eeee)."""
    return f"({tag.group:04X},{tag.element:04X})"


def value_of(dataset: Dataset, key: str | tuple[int, int], name: str) -> Any:
    """Return an element's value, or None where it is absent or empty.

    Raises
    ------
    DicomError
        If the bytes cannot be read as the element's value representation, or if it is a sequence.
    """
    value = _raw_value(dataset, key, name)
    if isinstance(value, DicomSequence):
        raise DicomError.of(f"{name} that is a sequence", "a value", "Repair the header.")
    if isinstance(value, bytes):
        value = value.strip(b" \0")
    if isinstance(value, str):
        value = value.strip(" \0")
    return None if value is None or (hasattr(value, "__len__") and len(value) == 0) else value


def items_of(dataset: Dataset, keyword: str, name: str) -> tuple[Dataset, ...]:
    """Return the items of a sequence; none where it is absent or empty.

    Raises
    ------
    DicomError
        If the element is unreadable or no sequence.
    """
    sequence = _raw_value(dataset, keyword, name)
    if sequence is not None and not isinstance(sequence, DicomSequence):
        raise DicomError.of(f"{name} that is no sequence", "a sequence of items", "Repair the header.")
    return tuple(sequence or ())


def as_number(value: object, name: str) -> float | None:
    """Return a finite number from a DS, IS, float or bytes that hold such a text; None stays None.

    Raises
    ------
    DicomError
        If it is no single finite number.
    """
    if value is None:
        return None
    if isinstance(value, bytes):
        value = value.decode("ascii", errors="replace").strip(" \0")
    try:
        number = math.nan if isinstance(value, MultiValue) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise DicomError.of(f"{name} {value!s}", "one finite number", "Repair the header.")
    return number


def as_text(value: Any) -> str | None:
    """Return a value as text, multiple values joined by backslashes; None where it is absent or blank."""
    if value is None:
        return None
    if isinstance(value, bytes):
        value = value.decode("ascii", errors="replace")
    return ("\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value)).strip(" \0") or None


def _raw_value(dataset: Dataset, key: str | tuple[int, int], name: str) -> Any:
    try:
        return dataset[key].value if key in dataset else None
    except _DAMAGE as error:
        raise DicomError.of(f"an unreadable {name} ({error})", "a valid value", "Repair the header.") from error
