"""Reading the headers of one series: a value is what all slices agree on, or it is refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydicom import Dataset

from hyoid.dicom.suv.elements import as_number, as_text, described, items_of, value_of
from hyoid.errors import DicomError

T = TypeVar("T")

AGREEMENT = 1e-6
"""Relative difference up to which numbers of two slices are one: a DS holds up to 16 characters, and archives round."""


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
        return self.agreed([as_text(value_of(s, keyword, described(keyword))) for s in self.slices], described(keyword))

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
        return [as_text(value_of(s, keyword, name)) for s in self.slices]

    def terms(self, keyword: str) -> frozenset[str]:
        """Return the series' set of coded terms of a multi-valued attribute, upper case; empty where absent."""
        name = described(keyword)
        return self.agreed([_terms(value_of(s, keyword, name)) for s in self.slices], name) or frozenset()

    def isotope_text(self, keyword: str) -> str | None:
        """Return a text of the Radiopharmaceutical Information Sequence."""
        return self._of_isotope(keyword, as_text)

    def isotope_number(self, keyword: str) -> float | None:
        """Return a number of the Radiopharmaceutical Information Sequence."""
        return self._of_isotope(keyword, lambda value: as_number(value, described(keyword)))

    def isotope_code(self, sequence: str) -> tuple[str | None, str | None]:
        """Return code value and meaning of the first item of a code sequence in that sequence."""
        name = described(sequence)
        codes = []
        for isotope in self.isotopes:
            items = () if isotope is None else items_of(isotope, sequence, name)
            values = (None if not items else value_of(items[0], key, name) for key in ("CodeValue", "CodeMeaning"))
            value, meaning = (as_text(found) for found in values)
            codes.append((value, meaning))
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
        found: list[Dataset | None] = []
        for s in self.slices:
            items = items_of(s, "RadiopharmaceuticalInformationSequence", name)
            if len(items) > 1:
                raise DicomError.of(
                    f"{len(items)} items in {name}", "one", "hyoid makes no SUV of two tracers in one image."
                )
            found.append(items[0] if items else None)
        return tuple(found)


def _terms(value: Any) -> frozenset[str] | None:
    text = as_text(value)
    return None if text is None else frozenset(part.strip().upper() for part in text.split("\\") if part.strip())


def _same(a: object, b: object) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=AGREEMENT, abs_tol=0.0)
    return a == b


def _shown(value: object) -> str:
    if isinstance(value, frozenset):
        return "\\".join(sorted(value))
    return f"{value:.8g}" if isinstance(value, float) else str(value)
