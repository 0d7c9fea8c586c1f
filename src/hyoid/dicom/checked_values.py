"""Values of a DICOM dataset, read so that a damaged one is a sentence and never a crash or a guess (see `values`)."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.tag import Tag
from pydicom.uid import ImplicitVRLittleEndian

from hyoid.dicom.source import opened
from hyoid.dicom.values import UnreadableValueError, first_line, read_items, read_numbers, read_texts, read_value
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
    except DicomError:
        raise
    except DAMAGE as error:
        raise DicomError.of(
            f"the file {path}, which cannot be parsed ({first_line(error)})", "a DICOM file", "Export it again."
        ) from error
    if not known:
        raise DicomError.of(
            f"the file {path} without SOPClassUID and Modality", "a DICOM object", "Leave it out, or export it again."
        )
    return dataset


def _parsed(path: Path) -> Dataset:
    with opened(path) as stream:
        try:
            return pydicom.dcmread(stream)
        except InvalidDicomError:
            stream.seek(0)
            dataset = pydicom.dcmread(stream, force=True)
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
    with _readable(keyword, "a readable value"):
        return read_value(dataset, keyword)


def text_of(dataset: Dataset, keyword: str) -> str:
    """Return an element as stripped text, "" where it is absent; several values are joined by a backslash."""
    with _readable(keyword, "a readable value"):
        return "\\".join(read_texts(dataset, keyword))


def numbers_of(dataset: Dataset, keyword: str, count: int | None = None) -> tuple[float, ...]:
    """Return an element's finite numbers, () where it is absent and `count` is not given.

    Raises
    ------
    DicomError
        If there are not `count` of them, or one is no finite number.
    """
    expected = "finite numbers" if count is None else f"{count} finite numbers"
    with _readable(keyword, expected):
        found = read_numbers(dataset, keyword)
    if count is not None and len(found) != count:
        raise _damaged(keyword, f"{len(found)} values" if found else "absent", expected)
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
    with _readable(keyword, "a sequence of items"):
        return read_items(dataset, keyword)


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


@contextmanager
def _readable(keyword: str, expected: str) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnreadableValueError as error:
        raise _damaged(keyword, str(error), expected) from error
