"""Multi-frame images as single ones: the functional groups of a frame become the attributes of one slice.

Enhanced and legacy-converted images (PS3.3 A.38, A.70, A.72) keep what differs between frames in functional groups,
shared or per frame, and attributes that the conversion had no place for as "unassigned" ones (C.7.6.16.2.25, .26).
Everything behind this module sees one data set a frame, with the attributes that a classic image has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from hyoid.dicom.elements import items, text, whole
from hyoid.dicom.enhanced_pet import say_classically
from hyoid.dicom.kinds import CT, ENHANCED_CT, ENHANCED_PET, LEGACY_CT, LEGACY_PET, PET
from hyoid.errors import DicomError

MAX_FRAMES = 20_000
"""Frames of one file: a whole-body CT at 0.5 mm has 4,000."""

_SHARED, _PER_FRAME = "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"
_SOURCE = "ConversionSourceAttributesSequence"
_REFERENCES = (_SOURCE, "ReferencedImageSequence", "DerivationImageSequence", "RealWorldValueMappingSequence")
_CLASSIC = {ENHANCED_CT: CT, LEGACY_CT: CT, LEGACY_PET: PET, ENHANCED_PET: PET}
_MOMENT_DIGITS = 14  # YYYYMMDDHHMMSS
_LEFT_OUT = ("PixelData", "NumberOfFrames", _SHARED, _PER_FRAME)


def unfold(dataset: Dataset) -> Iterator[Dataset]:
    """Yield a data set without pixels for each frame, in the file's order, of the classic kind of image.

    The frame's group wins over the shared one, and that over the file's own attribute. A frame that was converted from
    a classic image has that image's SOP Instance UID, else the file's with the frame's number.

    Raises
    ------
    DicomError
        If frames and functional groups do not agree in number, or an Enhanced PET image does not say what its values
        mean.
    """
    frames, count = items(dataset, _PER_FRAME), whole(dataset, "NumberOfFrames")
    if not frames or count is None or count != len(frames) or count > MAX_FRAMES:
        raise DicomError.of(
            f"{len(frames)} functional groups for {count} frames",
            f"one for each of at most {MAX_FRAMES} frames",
            "The file is damaged; copy it again.",
        )
    shared = items(dataset, _SHARED)
    for number, group in enumerate(frames):
        yield _frame(dataset, [*shared, group], number)


def _frame(dataset: Dataset, groups: list[Dataset], number: int) -> Dataset:
    frame = Dataset()
    for element in dataset:
        if element.keyword not in _LEFT_OUT:
            frame.add(element)
    for group in groups:
        _lift(group, frame)
    originals = [text(item, "ReferencedSOPInstanceUID") for group in groups for item in items(group, _SOURCE)]
    kind = text(dataset, "SOPClassUID")
    _set(frame, "SOPClassUID", "UI", _CLASSIC.get(kind, kind))
    _set(
        frame, "SOPInstanceUID", "UI", originals[-1] if originals else f"{text(dataset, 'SOPInstanceUID')}.{number + 1}"
    )
    if "FrameType" in frame:
        _set(frame, "ImageType", "CS", frame.FrameType)
    moment = text(frame, "FrameAcquisitionDateTime")
    if len(moment) >= _MOMENT_DIGITS and not text(frame, "AcquisitionTime"):
        _set(frame, "AcquisitionDate", "DA", moment[:8])
        _set(frame, "AcquisitionTime", "TM", re.split(r"[+-]", moment[8:])[0])
    if kind == ENHANCED_PET:
        say_classically(frame, groups)
    if hasattr(dataset, "file_meta"):
        frame.file_meta = dataset.file_meta
    return frame


def _set(frame: Dataset, keyword: str, representation: str, value: Any) -> None:
    """Give a frame an element of its own: frames share those of the file, and assigning would change them all."""
    frame[keyword] = DataElement(keyword, representation, value)


def _lift(group: Dataset, frame: Dataset) -> None:
    """Put the attributes of all macros of a functional group into a frame; what they refer to stays behind."""
    for element in group:
        if element.keyword not in _REFERENCES:
            for item in items(group, element.keyword):
                for inner in item:
                    frame.add(inner)
