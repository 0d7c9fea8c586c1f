"""Reading one DICOM object, so that whatever is wrong with it ends in a sentence."""

from __future__ import annotations

import sqlite3
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.errors import BytesLengthException, InvalidDicomError

from hyoid.dicom.source import opened
from hyoid.errors import DicomError, HyoidError

_DAMAGE = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, EOFError, OSError),
    *(NotImplementedError, RecursionError, RuntimeError, struct.error, AssertionError),
    *(BytesLengthException, InvalidDicomError, MemoryError, sqlite3.Error),
)
"""What pydicom and highdicom, which keeps its frames in a database, raise on bytes that are not what they should be.
Values are decoded when they are first looked at, so any access may."""


@contextmanager
def reading(where: str) -> Iterator[None]:
    """Turn whatever goes wrong while an object is read into a `DicomError` that names it.

    pydicom's warnings on values that are longer or of another form than the standard allows are kept quiet: hospitals'
    objects are full of them, and what is read from an object is checked by itself.
    """
    try:
        with as_given():
            yield
    except HyoidError:
        raise
    except _DAMAGE as error:
        told = " ".join(str(error).split())[:200] or type(error).__name__
        raise DicomError(
            f"Could not read {where}: {told}. Expected a whole and valid DICOM object. Copy or export it again."
        ) from error


@contextmanager
def as_given() -> Iterator[None]:
    """Keep quiet about values that are taken over as the object has them, such as a name in one piece."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def read_object(path: Path) -> Any:
    """Read a DICOM object; call it, and look at what it returns, within `reading`.

    Raises
    ------
    DicomError
        If the path is no file, or no DICOM file.
    """
    import pydicom

    path = Path(path)
    if not path.is_file():
        raise DicomError.of(f"no file at {path}", "a DICOM file", "Check the path.")
    if not is_dicom(path):
        raise DicomError.of(f"{path}, which is no DICOM file", "the preamble of DICOM (PS3.10)", "Check the path.")
    with opened(path) as stream:
        return pydicom.dcmread(stream)


def is_dicom(path: Path) -> bool:
    """Whether a file has the preamble and prefix of the DICOM file format (PS3.10, 7.1)."""
    with Path(path).open("rb") as stream:
        return stream.read(132)[128:] == b"DICM"


def numbers_of(item: Any, keyword: str) -> NDArray[np.float64]:
    """Return a decimal string's numbers, none where it is absent or empty.

    Of an element that nobody has looked at yet they are parsed at once, thirty times as fast as one by one.
    """
    from pydicom.dataelem import RawDataElement

    element = item.get_item(keyword) if keyword in item else None
    if element is None or not element.value:
        return np.empty(0)
    if isinstance(element, RawDataElement) and isinstance(element.value, bytes):
        return np.array(element.value.strip(b" \0").split(b"\\"), np.float64)
    return np.atleast_1d(np.asarray(element.value, np.float64))
