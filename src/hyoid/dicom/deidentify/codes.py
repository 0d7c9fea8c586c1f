"""Coded entries (PS3.3 8.8): codes of public schemes say what everybody can look up, others what a site made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom import Dataset

from hyoid.dicom.deidentify.profile import profile
from hyoid.dicom.deidentify.values import DUMMY_TEXT

if TYPE_CHECKING:
    from hyoid.dicom.deidentify.cleaner import Cleaner

_VALUES = ("CodeValue", "LongCodeValue", "URNCodeValue")


def is_code(item: Dataset) -> bool:
    """Whether an item is a coded entry."""
    return "CodeMeaning" in item or any(keyword in item for keyword in _VALUES)


def clean_code(cleaner: Cleaner, item: Dataset) -> None:
    """Replace the meaning of a code that is not of a public scheme, in place."""
    if "CodeMeaning" not in item:
        return
    scheme = str(item.get("CodingSchemeDesignator", "")).strip()
    if scheme in profile().words["public_code_schemes"]:
        return
    item.CodeMeaning = DUMMY_TEXT
    for keyword in ("ExtendedCodeMeaning", "LongCodeValue", "URNCodeValue"):
        if keyword in item:
            del item[keyword]
    cleaner.warnings["meanings of codes that are a site's or vendor's own were replaced"] += 1


def dummy_code() -> Dataset:
    """Return a coded entry that says nothing."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "REMOVED", "99HYOID", DUMMY_TEXT
    return item
