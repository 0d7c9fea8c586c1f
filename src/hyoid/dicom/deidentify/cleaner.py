"""One object's attributes, each kept, removed or replaced as profile and options say."""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pydicom import DataElement, Dataset
from pydicom.datadict import dictionary_has_tag, dictionary_keyword, dictionary_VR, keyword_for_tag
from pydicom.errors import BytesLengthException
from pydicom.tag import BaseTag
from pydicom.uid import UID

from hyoid.dicom.deidentify.codes import clean_code
from hyoid.dicom.deidentify.dates import shift_date, shift_datetime
from hyoid.dicom.deidentify.identifiers import Identifiers
from hyoid.dicom.deidentify.options import Action, DeidentifyOptions, basic_action
from hyoid.dicom.deidentify.private import clean_private
from hyoid.dicom.deidentify.profile import Rule, profile
from hyoid.dicom.deidentify.secret import Secret
from hyoid.dicom.deidentify.sequences import clean_sequence
from hyoid.dicom.deidentify.structures import name_structure
from hyoid.dicom.deidentify.values import DUMMY_TEXT, FREE_TEXT, capped_age, dummy, is_of, texts, vr_of
from hyoid.dicom.deidentify.words import known_words

_PSEUDONYM_TAGS = frozenset({"PatientID", "PatientName", "ClinicalTrialSubjectID", "ClinicalTrialSubjectReadingID"})
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, NotImplementedError, EOFError,
               struct.error, BytesLengthException, RecursionError)  # fmt: skip


@dataclass(slots=True)
class Cleaner:
    """De-identifies the datasets of one object, in place.

    Parameters
    ----------
    secret, options
        What pseudonyms, UIDs and shifts are made from, and what the run retains.
    patient
        The patient's own identifier, which chooses pseudonym and shift.
    identifiers
        Texts that may stand nowhere in what is kept.
    counts, warnings
        Attributes by what was done with them; events that the user should know, with how often they occurred.
    """

    secret: Secret
    options: DeidentifyOptions
    patient: str
    identifiers: Identifiers
    counts: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    pseudonym: str = field(init=False)
    days: int = field(init=False)

    def __post_init__(self) -> None:
        self.pseudonym = self.secret.pseudonym(self.patient)
        self.days = self.secret.shift_days(self.patient)

    def clean(self, dataset: Dataset, *, meanings: bool = False) -> None:
        """Clean a dataset and everything nested in it; `meanings` keeps the meaning of a code of any scheme."""
        clean_private(self, dataset)
        if not meanings:
            clean_code(self, dataset)
        for tag in list(dataset.keys()):
            if not tag.is_private:
                self._clean_element(dataset, tag)

    def remove(self, dataset: Dataset, tag: BaseTag, warning: str | None = None) -> None:
        """Remove an element, with a warning where it is no ordinary removal."""
        del dataset[tag]
        self.count(Action.REMOVE, warning)

    def shift(self, dataset: Dataset, tag: BaseTag, vr: str, value: Any) -> None:
        """Move the dates of an element; one that cannot be read as a date is emptied."""
        move = shift_date if vr == "DA" else shift_datetime
        moved = [move(text, self.days) for text in texts(value)]
        if None in moved:
            dataset[tag] = DataElement(tag, vr, "")
            self.count(Action.EMPTY, "dates that could not be read were emptied")
            return
        dataset[tag] = DataElement(tag, vr, "\\".join(text or "" for text in moved))
        self.counts["dates shifted"] += 1

    def keep(self, dataset: Dataset, tag: BaseTag, vr: str) -> None:
        """Keep an element whose value has the form of its VR and holds no identifier; its bytes stay as they are."""
        value = dataset[tag].value if vr in FREE_TEXT or vr == "AS" else dataset.get_item(tag).value
        if not is_of(vr, value):
            dataset[tag] = DataElement(tag, vr, None)
            self.count(Action.EMPTY, "values that have not the form of their VR were emptied")
        elif vr == "AS":
            dataset[tag] = DataElement(tag, vr, capped_age(str(value or "")))
            self.count(Action.KEEP)
        elif (vr in FREE_TEXT or vr == "CS") and any(map(self.identifiers.are_in, texts(value))):
            self.replace(dataset, tag, vr, None if vr == "CS" else DUMMY_TEXT)
            self.count(Action.DUMMY, "kept texts that held an identifier were replaced")
        else:
            self.count(Action.KEEP)

    def count(self, action: str, warning: str | None = None) -> None:
        """Count what was done with an element, and warn where the user should know."""
        self.counts[str(action)] += 1
        if warning:
            self.warnings[warning] += 1

    def _clean_element(self, dataset: Dataset, tag: BaseTag) -> None:
        rule = profile().rule(tag)
        keyword = keyword_for_tag(tag)
        if tag.element == 0 or tag.group < 8 or keyword in profile().words["removed_besides"]:
            self.remove(dataset, tag)
            return
        if tag.group & 0xFF01 in (0x5000, 0x6000):
            self.remove(dataset, tag, "attributes of overlays and curves were removed")
            return
        if rule is None and not dictionary_has_tag(tag):
            self.remove(dataset, tag, "attributes that no dictionary knows were removed")
            return
        vr = vr_of(dataset.get_item(tag))
        if vr is None:
            self.remove(dataset, tag, "attributes of another VR than the dictionary's were removed")
            return
        try:
            self._act(dataset, tag, vr, rule)
        except _UNREADABLE:
            self.remove(dataset, tag, "attributes that could not be read were removed")

    def _act(self, dataset: Dataset, tag: BaseTag, vr: str, rule: Rule | None) -> None:
        keyword = keyword_for_tag(tag)
        if keyword in _PSEUDONYM_TAGS:
            self.replace(dataset, tag, vr, self.pseudonym)
            self.count(Action.DUMMY)
        elif keyword in profile().words["structure_names"]:
            name_structure(self, dataset, tag, vr)
        elif vr == "SQ":
            clean_sequence(self, dataset, tag, rule)
        elif rule is None:
            self._beyond_table(dataset, tag, vr)
        else:
            self._by_table(dataset, tag, vr, rule)

    def _by_table(self, dataset: Dataset, tag: BaseTag, vr: str, rule: Rule) -> None:
        action = self.options.action(rule)
        if action == Action.CLEAN:
            if vr in {"DA", "DT"}:
                self.shift(dataset, tag, vr, dataset[tag].value)
                return
            if vr == "TM" or keyword_for_tag(tag) == "TimezoneOffsetFromUTC":
                self._keep_time(dataset, tag, vr)
                return
            if vr in FREE_TEXT and "descriptors" in rule.options and self.options.clean_descriptors:
                kept = "\\".join(filter(None, map(known_words, texts(dataset[tag].value))))
                if kept and not self.identifiers.are_in(kept):
                    self.replace(dataset, tag, vr, kept)
                    self.count(Action.CLEAN)
                    return
            action = basic_action(rule)
        if action == Action.UID:
            self._replace_uids(dataset, tag)
        elif action == Action.REMOVE:
            self.remove(dataset, tag)
        elif action == Action.KEEP:
            self._keep_or_shift(dataset, tag, vr)
        else:
            self.replace(dataset, tag, vr, dummy(vr) if action == Action.DUMMY else None)
            self.count(action)

    def _beyond_table(self, dataset: Dataset, tag: BaseTag, vr: str) -> None:
        """Treat a known attribute that the table does not name: what may hold free text is emptied."""
        keyword, words = dictionary_keyword(tag), profile().words
        if vr == "UI":
            if keyword in words["kept_uids"]:
                self.keep(dataset, tag, vr)
            else:
                self._replace_uids(dataset, tag)
        elif vr in FREE_TEXT and keyword not in words["kept_text"]:
            self.replace(dataset, tag, vr, None)
            self.count(Action.EMPTY)
        elif vr == "UN" or ("OB" in dictionary_VR(tag) and keyword != "PixelData"):
            self.remove(dataset, tag)
        else:
            self._keep_or_shift(dataset, tag, vr)

    def _keep_or_shift(self, dataset: Dataset, tag: BaseTag, vr: str) -> None:
        if vr in {"DA", "DT"}:
            self.shift(dataset, tag, vr, dataset[tag].value)
        else:
            self.keep(dataset, tag, vr)

    def _keep_time(self, dataset: Dataset, tag: BaseTag, vr: str) -> None:
        offset = keyword_for_tag(tag) == "TimezoneOffsetFromUTC"
        if offset and not all(is_of("IS", text) and len(text) == 5 for text in texts(dataset[tag].value)):
            self.remove(dataset, tag, "values that have not the form of their VR were emptied")
        else:
            self.keep(dataset, tag, vr)

    def _replace_uids(self, dataset: Dataset, tag: BaseTag) -> None:
        new = [self.new_uid(text) for text in texts(dataset[tag].value)]
        self.replace(dataset, tag, "UI", new[0] if len(new) == 1 else new)
        self.count(Action.UID)

    def new_uid(self, original: str) -> str:
        """Return what replaces a UID; empty ones stay, and those of PS3.6 Annex A, which name no instance."""
        uid = original.strip(" \0")
        return uid if not uid or UID(uid).name != uid else self.secret.uid(uid)

    @staticmethod
    def replace(dataset: Dataset, tag: BaseTag, vr: str, value: Any) -> None:
        """Give an element another value."""
        dataset[tag] = DataElement(tag, vr, value)
