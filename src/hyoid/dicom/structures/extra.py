"""The optional library that DICOM segmentations and reports are written and read with."""

from __future__ import annotations

from typing import Any

from hyoid.extras import extra_library


def highdicom() -> Any:
    """Return the module `highdicom`; raises HyoidError if it is not installed."""
    return extra_library("highdicom", "dicom")
