"""The optional library that DICOM segmentations and reports are written and read with."""

from __future__ import annotations

from typing import Any

from hyoid.errors import HyoidError


def highdicom() -> Any:
    """Return the module `highdicom`.

    Raises
    ------
    HyoidError
        If it is not installed.
    """
    try:
        import highdicom
    except ImportError as error:
        raise HyoidError.of(
            "no highdicom on this machine", "hyoid with its extra `dicom`", 'Run: pip install "hyoid[dicom]"'
        ) from error
    return highdicom
