"""The node's log: a line a step, which names studies by their keys and never a patient."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

from hyoid.node.folder import LOG, make_private

FILE_BYTES = 10_000_000
FILES_KEPT = 5

REPEAT_SECONDS = 60
"""A sentence about a peer is not said again within this time: nobody can fill the disk with lines."""

_MAX_REMEMBERED = 1000


@contextmanager
def open_log(work: Path, *, quiet: bool = False) -> Iterator[logging.Logger]:
    """Give a logger that writes to `work/node.log`, and to standard error unless it is to be quiet."""
    logger = logging.getLogger("hyoid.node")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    make_private(work)
    handlers: list[logging.Handler] = [
        RotatingFileHandler(work / LOG, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8")
    ]
    if not quiet:
        handlers.append(logging.StreamHandler(sys.stderr))
    line = logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    line.converter = time.gmtime
    for handler in handlers:
        handler.setFormatter(line)
        logger.addHandler(handler)
    try:
        yield logger
    finally:
        for handler in handlers:
            logger.removeHandler(handler)
            handler.close()


class Seldom:
    """Writes a sentence to a logger unless it was written within the last minute."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._last: dict[str, float] = {}

    def __call__(self, sentence: str) -> None:
        """Write it, or not."""
        now = time.monotonic()
        if now - self._last.get(sentence, -REPEAT_SECONDS) < REPEAT_SECONDS:
            return
        if len(self._last) >= _MAX_REMEMBERED:
            self._last = {one: at for one, at in self._last.items() if now - at < REPEAT_SECONDS}
        if len(self._last) < _MAX_REMEMBERED:
            self._last[sentence] = now
            self._logger.info(sentence)
