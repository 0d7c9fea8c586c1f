"""Reading DICOM files: headers of slices, and the data sets of one series with their pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.tag import BaseTag, Tag

from hyoid.dicom.elements import text, tolerant
from hyoid.dicom.frames import unfold
from hyoid.dicom.kinds import IMAGE_KINDS, MEDIA_DIRECTORY, MULTI_FRAME_KINDS
from hyoid.dicom.pixels import check_pixels, stored_values
from hyoid.dicom.slice import KEYWORDS, Slice, slice_of
from hyoid.dicom.source import Reader, Source
from hyoid.errors import DicomError

_TAGS = [Tag(keyword) for keyword in KEYWORDS]


def read_slices(source: Source, reader: Reader) -> list[Slice]:
    """Read the header of a file: one slice, or one for each frame of a multi-frame image of CT or PET.

    An object that is no image of CT or PET is one slice too, so that its series can be named.

    Raises
    ------
    DicomError
        If the file is damaged, no DICOM, or a DICOMDIR.
    """
    with tolerant(), reader.open(source) as stream:
        dataset = _parsed(stream, source, _TAGS)
        kind = text(dataset, "SOPClassUID")
        if kind == MEDIA_DIRECTORY or "DirectoryRecordSequence" in dataset:
            raise DicomError("a DICOMDIR: the files that it lists are found without it")
        if not kind or not text(dataset, "SeriesInstanceUID") or not text(dataset, "SOPInstanceUID"):
            raise DicomError.of(
                f"{source.name}, a DICOM file without class, series or instance UID",
                "an object of a series",
                "It is damaged or no image; copy it again if it should be one.",
            )
        damage = check_pixels(dataset, reader.size(source)) if kind in IMAGE_KINDS else ""
        if kind not in MULTI_FRAME_KINDS:
            return [slice_of(dataset, source, damage=damage)]
        stream.seek(0)
        return _frame_slices(_parsed(stream, source), source, damage)


def read_headers(slices: Sequence[Slice], reader: Reader) -> list[Dataset]:
    """Read the whole headers of slices, in their order, without pixels; one data set for each frame.

    Raises
    ------
    DicomError
        If a file cannot be read any more.
    """
    return [header for header, _ in _read(slices, reader, pixels=False)]


def read_images(slices: Sequence[Slice], reader: Reader) -> Iterator[tuple[Dataset, NDArray[Any]]]:
    """Yield the header of each slice and its stored values (rows, columns), in order; one at a time is held.

    Raises
    ------
    DicomError
        If a file is damaged, or its pixels are of a kind that cannot be read; the file is named.
    """
    yield from _read(slices, reader, pixels=True)


def _read(slices: Sequence[Slice], reader: Reader, *, pixels: bool) -> Iterator[tuple[Dataset, NDArray[Any]]]:
    nothing = np.empty((0, 0))
    for source, group in groupby(slices, key=lambda one: one.source):
        wanted = list(group)
        with tolerant(), reader.open(source) as stream:
            dataset = _parsed(stream, source, pixels=pixels)
            frames = [dataset] if wanted[0].frame is None else _unfolded(dataset, source)
        for one in wanted:
            if (one.frame or 0) >= len(frames):
                raise _damaged(source, "fewer frames than before")
            header = frames[one.frame or 0]
            with tolerant():
                values = stored_values(dataset, one, header) if pixels else nothing
            if one.frame is None:
                dataset.pop("PixelData", None)  # whoever keeps the headers of a series must not keep its pixels
            yield header, values


def _parsed(stream: Any, source: Source, tags: list[BaseTag] | None = None, *, pixels: bool = False) -> FileDataset:
    """Parse a data set; without preamble it is taken for one if it holds what a data set must."""
    try:
        return dcmread(stream, force=True, stop_before_pixels=not pixels, specific_tags=tags)
    except MemoryError as error:
        raise _damaged(source, "a length that no memory holds") from error
    except Exception as error:  # pydicom raises whatever parsing raised
        raise _damaged(source, f"a data set that cannot be parsed ({type(error).__name__}: {error})") from error


def _unfolded(dataset: Dataset, source: Source) -> list[Dataset]:
    try:
        return list(unfold(dataset))
    except DicomError:
        raise
    except Exception as error:
        raise _damaged(source, f"functional groups that cannot be read ({type(error).__name__})") from error


def _frame_slices(dataset: FileDataset, source: Source, damage: str) -> list[Slice]:
    """Return a slice for each frame; where there is none to be had, one slice that says why."""
    try:
        frames = _unfolded(dataset, source)
    except DicomError as error:
        return [slice_of(dataset, source, damage=str(error))]
    return [slice_of(frame, source, number, damage) for number, frame in enumerate(frames)]


def _damaged(source: Source, found: str) -> DicomError:
    return DicomError.of(f"{found} in {source.name}", "a complete DICOM file", "Copy it again.")
