"""pynetdicom, which the extra `dicom` brings."""

from __future__ import annotations

import logging
from typing import Any

from hyoid.extras import extra_library


def pynetdicom(module: str = "") -> Any:
    """Return pynetdicom or one of its modules, its own log silent: it quotes the data sets that pass.

    Raises
    ------
    HyoidError
        If the extra is not installed.
    """
    logger = logging.getLogger("pynetdicom")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.CRITICAL + 1)
    return extra_library(f"pynetdicom.{module}" if module else "pynetdicom", "dicom")
