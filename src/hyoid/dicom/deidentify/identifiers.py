"""What in an object names its patient or other persons and places: looked for in all text that is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydicom import Dataset
from pydicom.datadict import dictionary_has_tag, dictionary_VR, tag_for_keyword

from hyoid.dicom.deidentify.profile import profile
from hyoid.dicom.deidentify.values import texts

SHORTEST = 4
"""Shorter identifiers are not looked for: three letters stand in every other word."""

_PARTS = re.compile(r"[\s^=,;]+")
_EMPTY = frozenset({"none", "unknown", "anonymous", "anon", "null", "male", "female", "patient", "removed"})


@dataclass(frozen=True, slots=True)
class Identifiers:
    """The identifying texts of one object, in small letters.

    Names count in their parts too, other values only whole. `SHORTEST` characters at least.
    """

    found: frozenset[str]

    def are_in(self, value: str) -> bool:
        """Whether a text holds one of the identifiers, in whatever case."""
        small = value.lower()
        return any(identifier in small for identifier in self.found)


def identifiers_of(dataset: Dataset) -> Identifiers:
    """Collect the identifying values of a dataset and of all items nested in it."""
    tags = frozenset(tag_for_keyword(keyword) for keyword in profile().words["identifying"])
    return Identifiers(frozenset(_collected(dataset, tags)))


def _collected(dataset: Dataset, tags: frozenset[int | None]) -> Iterable[str]:
    for tag in [tag for tag in dataset.keys() if not tag.is_private]:  # noqa: SIM118 - a dataset yields its elements
        if tag in tags:
            element = dataset[tag]
            for text in texts(element.value):
                yield from _parts(text, name=element.VR == "PN")
        elif "SQ" in (dataset.get_item(tag).VR, dictionary_VR(tag) if dictionary_has_tag(tag) else ""):
            for item in dataset[tag].value or []:
                if isinstance(item, Dataset):
                    yield from _collected(item, tags)


def _parts(text: str, *, name: bool) -> Iterable[str]:
    parts = [*_PARTS.split(text), text] if name else [text]
    for part in parts:
        small = part.strip().lower()
        if len(small) >= SHORTEST and small not in _EMPTY:
            yield small
