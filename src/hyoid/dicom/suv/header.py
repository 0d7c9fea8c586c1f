"""Reading the headers of one series: a value is what all slices agree on, or it is refused."""

from __future__ import annotations

import math
import struct
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from pydicom import Dataset
from pydicom import Sequence as DicomSequence
from pydicom.datadict import dictionary_description, tag_for_keyword
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag

from hyoid.errors import DicomError

T = TypeVar("T")

AGREEMENT = 1e-6
"""Relative difference up to which numbers of two slices are one: a DS holds up to 16 characters, and archives round."""

_DAMAGE = (ValueError, TypeError, OverflowError, AttributeError, NotImplementedError, LookupError, EOFError)


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
        If the bytes cannot be read as the element's value representation.
    """
    try:
        value = dataset[key].value if key in dataset else None
    except (*_DAMAGE, struct.error) as error:
        raise DicomError.of(f"an unreadable {name} ({error})", "a valid value", "Repair the header.") from error
    if isinstance(value, bytes):
        value = value.strip(b" \0")
    if isinstance(value, str):
        value = value.strip(" \0")
    return None if value is None or (hasattr(value, "__len__") and len(value) == 0) else value


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


class Headers:
    """The headers of one PET series, in any order.

    Every question has one answer for the series. Slices that disagree are refused: a series of two halves with two
    doses, weights or times has no one SUV.
    """

    def __init__(self, slices: Sequence[Dataset]) -> None:
        if not slices:
            raise DicomError.of("no slice", "the headers of one PET series", "Give at least one.")
        self.slices = tuple(slices)
        self.isotopes = self._isotopes()

    def text(self, keyword: str) -> str | None:
        """Return the series' value of a text attribute, upper case for coded terms left to the caller."""
        return self.agreed([_text(value_of(s, keyword, described(keyword))) for s in self.slices], described(keyword))

    def number(self, keyword: str) -> float | None:
        """Return the series' value of a numeric attribute."""
        return self.agreed(self.numbers(keyword), described(keyword))

    def numbers(self, keyword: str) -> list[float | None]:
        """Return a numeric attribute of each slice."""
        name = described(keyword)
        return [as_number(value_of(s, keyword, name), name) for s in self.slices]

    def texts(self, keyword: str) -> list[str | None]:
        """Return a text attribute of each slice."""
        name = described(keyword)
        return [_text(value_of(s, keyword, name)) for s in self.slices]

    def terms(self, keyword: str) -> frozenset[str]:
        """Return the series' set of coded terms of a multi-valued attribute, upper case; empty where absent."""
        name = described(keyword)
        return self.agreed([_terms(value_of(s, keyword, name)) for s in self.slices], name) or frozenset()

    def isotope_text(self, keyword: str) -> str | None:
        """Return a text of the Radiopharmaceutical Information Sequence."""
        return self._of_isotope(keyword, _text)

    def isotope_number(self, keyword: str) -> float | None:
        """Return a number of the Radiopharmaceutical Information Sequence."""
        return self._of_isotope(keyword, lambda value: as_number(value, described(keyword)))

    def isotope_code(self, sequence: str) -> tuple[str | None, str | None]:
        """Return code value and meaning of the first item of a code sequence in that sequence."""
        name = described(sequence)
        codes = []
        for isotope in self.isotopes:
            item = None if isotope is None else _first_item(value_of(isotope, sequence, name), name)
            value, meaning = ((None if item is None else value_of(item, k, name)) for k in ("CodeValue", "CodeMeaning"))
            codes.append((_text(value), _text(meaning)))
        return self.agreed(codes, name) or (None, None)

    @staticmethod
    def agreed(values: Sequence[T | None], name: str) -> T | None:
        """Return what all slices say, or None if all are silent.

        Raises
        ------
        DicomError
            If two slices differ, or only some have a value.
        """
        first = values[0]
        if all(_same(first, other) for other in values):
            return first
        kinds = sorted({"nothing" if v is None else _shown(v) for v in values})
        raise DicomError.of(
            f"slices of one series that disagree on {name}: {', '.join(kinds[:4])}",
            "one value for the series",
            "Separate what belongs to different acquisitions.",
        )

    def _of_isotope(self, keyword: str, read: Callable[[Any], T | None]) -> T | None:
        name = described(keyword)
        values = [None if item is None else read(value_of(item, keyword, name)) for item in self.isotopes]
        return self.agreed(values, name)

    def _isotopes(self) -> tuple[Dataset | None, ...]:
        name = described("RadiopharmaceuticalInformationSequence")
        items = []
        for s in self.slices:
            sequence = value_of(s, "RadiopharmaceuticalInformationSequence", name)
            if isinstance(sequence, DicomSequence) and len(sequence) > 1:
                raise DicomError.of(
                    f"{len(sequence)} items in {name}", "one", "hyoid makes no SUV of two tracers in one image."
                )
            items.append(_first_item(sequence, name))
        return tuple(items)


def _first_item(sequence: Any, name: str) -> Dataset | None:
    if sequence is None:
        return None
    if not isinstance(sequence, DicomSequence):
        raise DicomError.of(f"{name} that is no sequence", "a sequence of items", "Repair the header.")
    return sequence[0]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        value = value.decode("ascii", errors="replace")
    return ("\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value)).strip(" \0") or None


def _terms(value: Any) -> frozenset[str] | None:
    text = _text(value)
    return None if text is None else frozenset(part.strip().upper() for part in text.split("\\") if part.strip())


def _same(a: object, b: object) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=AGREEMENT, abs_tol=0.0)
    return a == b


def _shown(value: object) -> str:
    if isinstance(value, frozenset):
        return "\\".join(sorted(value))
    return f"{value:.8g}" if isinstance(value, float) else str(value)
