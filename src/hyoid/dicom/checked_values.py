"""Values of a DICOM dataset, read so that a damaged one is a sentence and never a crash or a guess."""

from __future__ import annotations

import math
import struct
import warnings
from pathlib import Path
from typing import Any

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.tag import Tag
from pydicom.uid import ImplicitVRLittleEndian

from hyoid.errors import DicomError

DAMAGE = (
    ArithmeticError,
    AttributeError,
    BytesLengthException,
    EOFError,
    InvalidDicomError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
"""What pydicom raises at bytes that are not what their header says."""


def read_dataset(path: Path) -> Dataset:
    """Read one DICOM file; a file without preamble and file meta information is read as implicit little endian.

    Raises
    ------
    DicomError
        If there is no file, or it is no DICOM object, or is too damaged to be parsed.
    """
    path = Path(path)
    if not path.is_file():
        raise DicomError.of(f"no file at {path}", "a DICOM file", "Check the path.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = _parsed(path)
            known = "SOPClassUID" in dataset or "Modality" in dataset
    except DAMAGE as error:
        raise DicomError.of(
            f"the file {path}, which cannot be parsed ({_first_line(error)})", "a DICOM file", "Export it again."
        ) from error
    if not known:
        raise DicomError.of(
            f"the file {path} without SOPClassUID and Modality", "a DICOM object", "Leave it out, or export it again."
        )
    return dataset


def _parsed(path: Path) -> Dataset:
    try:
        return pydicom.dcmread(path)
    except InvalidDicomError:
        dataset = pydicom.dcmread(path, force=True)
        if "TransferSyntaxUID" not in dataset.file_meta:
            dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        return dataset


def value_of(dataset: Dataset, keyword: str) -> Any:
    """Return an element's value, None where it is absent or empty.

    Raises
    ------
    DicomError
        If its bytes cannot be read as its value representation.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = dataset.get(keyword)
    except DAMAGE as error:
        raise _damaged(keyword, f"unreadable ({_first_line(error)})", "a readable value") from error
    return None if value is None or (isinstance(value, str) and not value.strip()) else value


def text_of(dataset: Dataset, keyword: str) -> str:
    """Return an element as stripped text, "" where it is absent; several values are joined by a backslash."""
    value = value_of(dataset, keyword)
    if value is None:
        return ""
    if isinstance(value, list | tuple | pydicom.multival.MultiValue):
        return "\\".join(str(part).strip() for part in value)
    return str(value).strip().strip("\0")


def numbers_of(dataset: Dataset, keyword: str, count: int | None = None) -> tuple[float, ...]:
    """Return an element's finite numbers, () where it is absent and `count` is not given.

    Raises
    ------
    DicomError
        If there are not `count` of them, or one is no finite number.
    """
    value = value_of(dataset, keyword)
    expected = "finite numbers" if count is None else f"{count} finite numbers"
    if value is None:
        if count is None:
            return ()
        raise _damaged(keyword, "absent", expected)
    parts = list(value) if isinstance(value, list | tuple | pydicom.multival.MultiValue) else [value]
    try:
        found = tuple(float(part) for part in parts)
    except DAMAGE as error:
        raise _damaged(keyword, repr(value)[:80], expected) from error
    if (count is not None and len(found) != count) or not all(map(math.isfinite, found)):
        raise _damaged(keyword, f"{len(found)} values, {repr(value)[:80]}", expected)
    return found


def number_of(dataset: Dataset, keyword: str) -> float:
    """Return an element's one finite number; DicomError where there is none."""
    return numbers_of(dataset, keyword, 1)[0]


def whole_of(dataset: Dataset, keyword: str, default: int | None = None) -> int:
    """Return an element's one whole number, `default` where it is absent and a default is given."""
    if default is not None and value_of(dataset, keyword) is None:
        return default
    number = number_of(dataset, keyword)
    if number != int(number):
        raise _damaged(keyword, f"{number}", "a whole number")
    return int(number)


def items_of(dataset: Dataset, keyword: str) -> list[Dataset]:
    """Return the items of a sequence, [] where it is absent; DicomError where it is no sequence."""
    value = value_of(dataset, keyword)
    if value is None:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            items = list(value)
    except DAMAGE as error:
        raise _damaged(keyword, repr(value)[:80], "a sequence of items") from error
    if not all(isinstance(item, Dataset) for item in items):
        raise _damaged(keyword, repr(value)[:80], "a sequence of items")
    return items


def named(keyword: str) -> str:
    """Return an element's keyword and tag, as a person looks it up.

    >>> named("DoseGridScaling")
    'DoseGridScaling (3004,000E)'
    """
    tag = tag_for_keyword(keyword)
    return keyword if tag is None else f"{keyword} {str(Tag(tag)).replace(' ', '').upper()}"


def _damaged(keyword: str, found: str, expected: str) -> DicomError:
    return DicomError.of(
        f"{named(keyword)} {found}", f"{expected}", "The header is damaged or incomplete: export the object again."
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:120] if lines else type(error).__name__
