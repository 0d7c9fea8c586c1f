"""Sequences: removed, emptied, or cleaned item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom import Dataset
from pydicom.datadict import keyword_for_tag
from pydicom.tag import BaseTag

from hyoid.dicom.deidentify.codes import dummy_code, is_code
from hyoid.dicom.deidentify.content import clean_items
from hyoid.dicom.deidentify.options import Action
from hyoid.dicom.deidentify.profile import Rule, profile

if TYPE_CHECKING:
    from hyoid.dicom.deidentify.cleaner import Cleaner


def clean_sequence(cleaner: Cleaner, dataset: Dataset, tag: BaseTag, rule: Rule | None) -> None:
    """Remove, empty or replace a sequence, or clean its items."""
    items = dataset[tag].value
    action = Action.KEEP if rule is None else cleaner.options.action(rule)
    if action == Action.REMOVE or (action == Action.DUMMY and rule is not None and "X" in rule.basic):
        cleaner.remove(dataset, tag)
        return
    if action == Action.EMPTY:
        cleaner.replace(dataset, tag, "SQ", [])
        cleaner.count(action)
        return
    if action == Action.DUMMY and all(map(is_code, items)):
        cleaner.replace(dataset, tag, "SQ", [dummy_code()])
        cleaner.count(action)
        return
    if rule is not None and "content" in rule.options:
        cleaner.replace(dataset, tag, "SQ", clean_items(cleaner, items))
    else:
        meanings = keyword_for_tag(tag) in profile().words["kept_meanings"]
        for item in items:
            cleaner.clean(item, meanings=meanings)
    cleaner.counts["sequences cleaned"] += 1
