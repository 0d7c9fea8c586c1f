"""The content tree of structured reports, and items like it (PS3.15 E.3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom import Dataset
from pydicom.sequence import Sequence

from hyoid.dicom.deidentify.options import Action
from hyoid.dicom.deidentify.profile import profile
from hyoid.dicom.deidentify.values import DUMMY_TEXT, MOST_YEARS
from hyoid.dicom.deidentify.words import known_words

if TYPE_CHECKING:
    from hyoid.dicom.deidentify.cleaner import Cleaner

_SUBJECT_AGE = ("DCM", "121033")


def clean_items(cleaner: Cleaner, items: Sequence) -> list[Dataset]:
    """Apply Table E.3.4-1 to content items, clean what stands in them, and return those that stay.

    Items of a concept to be removed go, with what stands below them. Texts become known words (with Clean Descriptors)
    or a dummy, also those of concepts that the table does not name; names of persons become a dummy. References,
    dates, codes and numbers stay, cleaned like other attributes; an age over 89 becomes 90.
    """
    kept = []
    for item in items:
        action = _action(cleaner, item)
        if action == Action.REMOVE:
            cleaner.counts["content items removed"] += 1
            continue
        text = _text(cleaner, str(item.TextValue), action) if "TextValue" in item else None
        if _concept(item) == _SUBJECT_AGE:
            _cap_age(item)
        cleaner.clean(item)
        if text is not None:
            item.TextValue = text
        kept.append(item)
    return kept


def _concept(item: Dataset) -> tuple[str, str]:
    names = item.get("ConceptNameCodeSequence") or [Dataset()]
    return str(names[0].get("CodingSchemeDesignator", "")), str(names[0].get("CodeValue", ""))


def _action(cleaner: Cleaner, item: Dataset) -> Action | None:
    rule = profile().content_items.get((*_concept(item), str(item.get("ValueType", ""))))
    return None if rule is None else cleaner.options.action(rule)


def _cap_age(item: Dataset) -> None:
    for measured in item.get("MeasuredValueSequence") or []:
        if "NumericValue" in measured and float(measured.NumericValue) > MOST_YEARS and _in_years(measured):
            measured.NumericValue = str(MOST_YEARS + 1)


def _text(cleaner: Cleaner, text: str, action: Action | None) -> str:
    if action == Action.KEEP:
        return DUMMY_TEXT if cleaner.identifiers.are_in(text) else text
    kept = known_words(text) if cleaner.options.clean_descriptors else ""
    return kept if kept and not cleaner.identifiers.are_in(kept) else DUMMY_TEXT


def _in_years(measured: Dataset) -> bool:
    units = measured.get("MeasurementUnitsCodeSequence") or [Dataset()]
    return str(units[0].get("CodeValue", "a")) == "a"
