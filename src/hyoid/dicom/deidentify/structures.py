"""Names of structures of radiotherapy and of segments, which the people who draw them choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom import Dataset
from pydicom.tag import BaseTag

from hyoid.dicom.deidentify.options import Action
from hyoid.dicom.deidentify.values import is_of, texts
from hyoid.dicom.deidentify.words import is_known_structure

if TYPE_CHECKING:
    from hyoid.dicom.deidentify.cleaner import Cleaner

_NUMBER_OF = ("ROINumber", "ReferencedROINumber", "SegmentNumber")


def name_structure(cleaner: Cleaner, dataset: Dataset, tag: BaseTag, vr: str) -> None:
    """Keep the name of a structure or segment if all its words are known, else put its number in its place."""
    name = "".join(texts(dataset[tag].value)[:1])
    if not name or (is_known_structure(name) and not cleaner.identifiers.are_in(name)):
        cleaner.count(Action.KEEP)
        return
    number = next((str(dataset[key].value) for key in _NUMBER_OF if key in dataset), "")
    cleaner.replace(dataset, tag, vr, f"ROI-{number}" if is_of("IS", number) and number else "ROI")
    cleaner.count(Action.CLEAN, "names of structures that are not in the list were replaced")
