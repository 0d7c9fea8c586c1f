"""The options of the profile that a run follows, and what each row of the table then means."""

from __future__ import annotations

from enum import StrEnum

from hyoid.dicom.deidentify.profile import Rule
from hyoid.settings import Settings


class Action(StrEnum):
    """What is done with an attribute."""

    KEEP = "kept"
    REMOVE = "removed"
    EMPTY = "emptied"
    DUMMY = "replaced by a dummy"
    UID = "UIDs replaced"
    CLEAN = "cleaned"


_ALWAYS = frozenset({"modified_dates", "patient", "private", "content"})

_CODES = {
    "content": ("113104", "Clean Structured Content Option"),
    "descriptors": ("113105", "Clean Descriptors Option"),
    "modified_dates": ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    "patient": ("113108", "Retain Patient Characteristics Option"),
    "device": ("113109", "Retain Device Identity Option"),
    "private": ("113111", "Retain Safe Private Option"),
}


class DeidentifyOptions(Settings):
    """Options beside those that keep SUV true, which are always on.

    Always on: Retain Longitudinal Temporal Information with Modified Dates, Retain Patient Characteristics, Retain Safe
    Private, Clean Structured Content.

    Parameters
    ----------
    keep_device
        Retain Device Identity: serial numbers, station names, calibration dates (shifted), the device's UIDs.
    clean_descriptors
        Clean Descriptors: of descriptions, the words of a fixed vocabulary are kept; without it they are removed.
    """

    keep_device: bool = False
    clean_descriptors: bool = False

    @property
    def enabled(self) -> frozenset[str]:
        """Return the short names of all options that are on."""
        chosen = {"device": self.keep_device, "descriptors": self.clean_descriptors}
        return _ALWAYS | {name for name, on in chosen.items() if on}

    @property
    def method_codes(self) -> list[tuple[str, str]]:
        """Return code and meaning of profile and options (PS3.16 CID 7050), in the order of the codes."""
        chosen = [code for name, code in _CODES.items() if name in self.enabled]
        return [("113100", "Basic Application Confidentiality Profile"), *sorted(chosen)]

    def action(self, rule: Rule) -> Action:
        """Return what is done under these options; cleaning wins over keeping, being the stricter."""
        chosen = {code for name, code in rule.options.items() if name in self.enabled}
        if "C" in chosen:
            return Action.CLEAN
        return Action.KEEP if "K" in chosen else basic_action(rule)


def basic_action(rule: Rule) -> Action:
    """Return the action of the basic profile.

    Where the table leaves the choice to the attribute's type in its IOD (X/Z, X/D, Z/D, X/Z/D), that value is written
    which is valid in every IOD: an empty one for X/Z, a dummy for the others. Sequences of X/Z/U keep their items, with
    new UIDs.
    """
    choices = rule.basic.split("/")
    if "U" in choices:
        return Action.UID
    if "D" in choices:
        return Action.DUMMY
    if "Z" in choices:
        return Action.EMPTY
    return {"X": Action.REMOVE, "K": Action.KEEP, "C": Action.CLEAN}[choices[0]]
