"""What values of a VR look like, and what replaces them (PS3.5 6.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pydicom import DataElement
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement

from hyoid.dicom.deidentify.dates import is_time

FREE_TEXT = frozenset({"SH", "LO", "ST", "LT", "UC", "UT", "UR", "PN", "AE"})
"""VRs in which anything may be written."""

DUMMY_TEXT = "Removed"
DUMMY_DATE, DUMMY_TIME = "19000101", "000000"

_DUMMIES: dict[str, Any] = {
    "DA": DUMMY_DATE,
    "TM": DUMMY_TIME,
    "DT": DUMMY_DATE + DUMMY_TIME,
    "AS": "000Y",
    "CS": "REMOVED",
    "AE": "REMOVED",
    "UR": "urn:removed",
    "DS": "0",
    "IS": "0",
}

_KINDS = (
    frozenset({"SH", "LO", "ST", "LT", "UC", "UT", "UR", "PN", "AE", "CS", "AS"}),
    frozenset({"DA", "TM", "DT"}),
    frozenset({"US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "DS", "IS", "AT"}),
    frozenset({"OB", "OW", "OL", "OF", "OD", "OV", "UN"}),
)

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_UID = re.compile(r"[0-9.]{1,64}")
_AGE = re.compile(r"(\d{3})([DWMY])")
_CODE_STRING_LENGTH = 64  # the standard's 16 are often exceeded by scanners; free text is longer still

MOST_YEARS = 89
"""Ages above are written as 090Y: "90 or older" is one category (45 CFR 164.514(b)(2)(i)(C))."""


def texts(value: Any) -> list[str]:
    """Return a value, or the values of a list, as text; bytes are read as Latin-1, which never fails."""
    if value is None:
        return []
    if isinstance(value, bytes):
        return value.decode("latin-1").rstrip("\0 ").split("\\") if value else []
    if isinstance(value, str) or not hasattr(value, "__iter__") or hasattr(value, "components"):
        return [str(value)]
    return [str(item) for item in value]


def is_of(vr: str, value: Any) -> bool:
    """Whether a value has the form of its VR, as far as a form can tell a number, time or age from free text.

    An empty value has every form. Binary VRs are numbers whatever their bytes.
    """
    form = _FORMS.get(vr)
    return form is None or all(form(part) for part in (text.strip(" \0") for text in texts(value)) if part)


def same_kind(one: str, other: str) -> bool:
    """Whether two VRs hold the same kind of value: text, date or time, number, bytes, sequence, UID."""
    return one == other or any(one in kind and other in kind for kind in _KINDS)


def dummy(vr: str) -> Any:
    """Return a value of the VR that says nothing: the action D. None where an empty value is the only one."""
    if vr in _DUMMIES:
        return _DUMMIES[vr]
    if vr in FREE_TEXT:
        return DUMMY_TEXT
    if vr in {"OB", "UN"}:
        return b"\0\0"
    return None


def capped_age(value: str) -> str | None:
    """Return an AS value with ages over `MOST_YEARS` as 090Y, in whatever unit; None where it is no age."""
    text = value.strip(" \0")
    if not text:
        return ""
    found = _AGE.fullmatch(text)
    if not found:
        return None
    years = int(found[1]) / {"D": 365.25, "W": 52.18, "M": 12, "Y": 1}[found[2]]
    return f"{MOST_YEARS + 1:03d}Y" if years >= MOST_YEARS + 1 else text


def vr_of(element: DataElement | RawDataElement) -> str | None:
    """Return the VR under which an element is treated; None where file and dictionary contradict each other."""
    tag, declared = element.tag, element.VR
    known = dictionary_VR(tag).split(" or ") if dictionary_has_tag(tag) else []
    if not known:
        return declared or "UN"
    if declared in (None, "UN"):
        return known[0]
    return declared if any(same_kind(declared, vr) for vr in known) else None


def _is_whole(text: str) -> bool:
    """Whether a text is a whole number, also with decimals of zero, as some devices write IS."""
    return _NUMBER.fullmatch(text) is not None and float(text).is_integer()


_FORMS: dict[str, Callable[[str], bool]] = {
    "DS": lambda text: _NUMBER.fullmatch(text) is not None,
    "IS": _is_whole,
    "TM": is_time,
    "AS": lambda text: _AGE.fullmatch(text) is not None,
    "CS": lambda text: len(text) <= _CODE_STRING_LENGTH and text.isascii() and text.isprintable(),
    "UI": lambda text: _UID.fullmatch(text) is not None,
}
