"""What in an object names its patient or other persons and places: looked for in all text that is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pydicom import Dataset
from pydicom.datadict import dictionary_has_tag, dictionary_VR, tag_for_keyword

from hyoid.dicom.deidentify.folding import is_without_spaces, joined, spellings, split_at_changes, words
from hyoid.dicom.deidentify.profile import profile
from hyoid.dicom.deidentify.values import texts
from hyoid.dicom.deidentify.written_dates import holds_date

SHORTEST = 4
"""Shorter identifiers count as words of their own only: three letters stand in every other word."""

LONG = 6
"""From this length on an identifier is also found where blanks stand within it."""

_PARTS = re.compile(r"[\s,;]+")
_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")
_EMPTY = frozenset({"none", "unknown", "anonymous", "anon", "null", "male", "female", "patient", "removed"})
_NOT_ALONE = frozenset({
    "von", "van", "der", "den", "de", "la", "le", "del", "di", "da", "dos", "du", "al", "el", "bin", "dr", "prof",
    "med", "phd", "md", "mr", "mrs", "ms", "herr", "frau", "jr", "sr", "ii", "iii", "iv",
})  # fmt: skip
"""Particles and titles: they name nobody within a name of several words. Alone they are a name as any other."""


@dataclass(frozen=True, slots=True)
class Identifiers:
    """The identifying texts of one object, as `folding.spellings` writes them.

    Parameters
    ----------
    found
        Looked for anywhere in a text: of at least `SHORTEST` characters, or of a script without spaces.
    short
        Looked for as words of their own.
    dates
        Looked for in every form in which dates are written.
    """

    found: frozenset[str]
    short: frozenset[str] = frozenset()
    dates: frozenset[date] = frozenset()

    def are_in(self, value: str) -> bool:
        """Whether a text holds one of the identifiers, in whatever case, with or without accents and punctuation.

        A value that is, as a whole, a term of the standard or a maker's name (`standard_terms` of rules.yaml) holds
        none: SUV depends on some of them.
        """
        if value.strip(" \0").upper() in profile().words["standard_terms"]:
            return False
        apart = {reading for text in (value, split_at_changes(value)) for reading in spellings(text)}
        if any(holds_date(text, self.dates) for text in apart):
            return True
        for text in spellings(value):
            close, closest = joined(text), "".join(words(text))
            if any(one in text or one in close or (len(one) >= LONG and one in closest) for one in self.found):
                return True
            if not self.short.isdisjoint(close.split()):
                return True
        return any(not self.short.isdisjoint(words(text)) for text in apart)

    def are(self, number: str) -> bool:
        """Whether a number as a whole is one of the identifiers: parts of it say nothing."""
        return number.strip(" \0") in self.found


def identifiers_of(dataset: Dataset) -> Identifiers:
    """Collect the identifying values of a dataset and of all items nested in it."""
    identifying = {tag_for_keyword(keyword) for keyword in profile().words["identifying"]}
    moments = {tag_for_keyword(keyword) for keyword in profile().words["identifying_dates"]}
    texts_found: set[str] = set()
    dates: set[date] = set()
    for tag, text, name in _collected(dataset, frozenset(identifying | moments)):
        if tag in moments:
            dates.update(_date(text))
        if tag in identifying:
            texts_found.update(_parts(text, name=name))
    found = {text for text in texts_found if len(text) >= SHORTEST or is_without_spaces(text)}
    return Identifiers(frozenset(found), frozenset(texts_found - found), frozenset(dates))


def _collected(dataset: Dataset, tags: frozenset[int | None]) -> Iterable[tuple[int, str, bool]]:
    """Yield tag and text of the given attributes, and whether it is a name."""
    for tag in [tag for tag in dataset.keys() if not tag.is_private]:  # noqa: SIM118 - a dataset yields its elements
        if tag in tags:
            element = dataset[tag]
            for text in texts(element.value):
                yield tag, text, element.VR == "PN"
        elif "SQ" in (dataset.get_item(tag).VR, dictionary_VR(tag) if dictionary_has_tag(tag) else ""):
            for item in dataset[tag].value or []:
                if isinstance(item, Dataset):
                    yield from _collected(item, tags)


def _parts(text: str, *, name: bool) -> Iterable[str]:
    """Yield what is looked for of a value: all of it, and of a name its words, whole and in their parts."""
    for folded in spellings(text):
        parts = {folded.strip(" \0"), "".join(words(folded))}
        if name:
            parts.update(part for group in folded.split("=") for part in _parts_of_name(group))
        yield from (part for part in parts if part not in _EMPTY and _says_something(part))


def _parts_of_name(folded: str) -> Iterable[str]:
    for place, component in enumerate(folded.split("^")):
        pieces = words(component)
        several = len(pieces) > 1 or place > 2  # the fourth and fifth component are titles (PS3.5 6.2.1)
        for part in ("".join(pieces), *map("".join, map(words, _PARTS.split(component))), *pieces):
            if not (several and part in _NOT_ALONE):
                yield part


def _says_something(part: str) -> bool:
    """Whether a text is long enough to be looked for: not one letter alone, nor a number of fewer than four digits."""
    if is_without_spaces(part):
        return True
    return any(map(str.isalnum, part)) and len(part) >= (SHORTEST if part.isdecimal() else 2)


def _date(text: str) -> Iterable[date]:
    found = _DATE.match(text.strip())
    if found:
        try:
            yield date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            return
