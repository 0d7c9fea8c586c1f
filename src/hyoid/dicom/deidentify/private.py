"""Private attributes: removed, but for those on the list of safe ones (PS3.15 E.3.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom import DataElement, Dataset
from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag, Tag

from hyoid.dicom.deidentify.profile import SafePrivate, profile
from hyoid.dicom.deidentify.values import is_of, same_kind, texts

if TYPE_CHECKING:
    from hyoid.dicom.deidentify.cleaner import Cleaner


def clean_private(cleaner: Cleaner, dataset: Dataset) -> None:
    """Keep or shift the safe private attributes of a dataset; remove the others, and creators of nothing.

    A block is known by its private creator, not by its number (PS3.5 7.8). A safe attribute whose VR is another than
    the list's, or whose value has not that form, is removed as well.
    """
    _restore_creators(dataset)
    used: set[BaseTag] = set()
    tags = [tag for tag in list(dataset.keys()) if tag.is_private]
    for tag in tags:
        if 0x10 <= tag.element <= 0xFF:
            continue
        creator = Tag(tag.group, tag.element >> 8)
        safe = _safe(dataset, tag, creator)
        if safe is not None and _taken_over(cleaner, dataset, tag, safe):
            used.add(creator)
            cleaner.counts["private kept"] += 1
        else:
            del dataset[tag]
            cleaner.counts["private removed"] += 1
    for tag in tags:
        if tag in dataset and 0x10 <= tag.element <= 0xFF and tag not in used:
            del dataset[tag]


def _safe(dataset: Dataset, tag: BaseTag, creator: BaseTag) -> SafePrivate | None:
    if creator not in dataset:
        return None
    names = texts(dataset[creator].value)
    return (
        profile().safe_private.get((tag.group, names[0].strip(" \0").upper(), tag.element & 0xFF))
        if len(names) == 1
        else None
    )


def _taken_over(cleaner: Cleaner, dataset: Dataset, tag: BaseTag, safe: SafePrivate) -> bool:
    """Whether the value is one of its VR, and is now kept or shifted."""
    element = dataset.get_item(tag)
    if element.VR not in (None, "UN") and not same_kind(element.VR, safe.vr):
        return False
    if safe.vr != element.VR and not _made_of(dataset, tag, safe.vr):
        return False
    try:
        value = dataset[tag].value
    except (ValueError, TypeError, NotImplementedError):
        return False
    if not safe.shifted:
        names = cleaner.identifiers.are_in if safe.vr == "CS" else cleaner.identifiers.are
        return is_of(safe.vr, value) and not any(map(names, texts(value)))
    cleaner.shift(dataset, tag, safe.vr, value)
    return True


def _made_of(dataset: Dataset, tag: BaseTag, vr: str) -> bool:
    """Give an element of an implicit or unknown VR that of the list, which knows better; whether that can be done."""
    element = dataset.get_item(tag)
    if isinstance(element, RawDataElement):
        dataset[tag] = element._replace(VR=vr)
    elif vr in {"DS", "DT", "CS"}:
        dataset[tag] = DataElement(tag, vr, "\\".join(texts(element.value)))
    else:
        return False
    return True


def _restore_creators(dataset: Dataset) -> None:
    """Put back the creator of a PET's block where an earlier de-identification took it away and left the elements.

    SUV rests on some of them, and readers know them without a creator: removed, another SUV would come out, silently.
    Only block 10, which scanners use, and only where the manufacturer is the list's.
    """
    if str(dataset.get("Modality") or "").strip() != "PT":
        return
    maker = str(dataset.get("Manufacturer") or "").upper()
    for (group, _, low), safe in profile().safe_private.items():
        place = Tag(group, 0x10)
        if place not in dataset and Tag(group, 0x1000 | low) in dataset and any(name in maker for name in safe.makers):
            dataset[place] = DataElement(place, "LO", safe.creator)
