"""Instances go to disk while they arrive, into a folder of the receiver's."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hyoid.dicom.network.library import pynetdicom

ARRIVING = ".arriving"
"""Folder within a receiver's, for what is not complete; what lies in it from an earlier process is removed."""

_lock = threading.Lock()
_folders: list[str] = []


@contextmanager
def streaming_into(folder: Path) -> Iterator[None]:
    """Let pynetdicom write what it receives as files below `folder` and not keep it in memory.

    Its switch and the folder of temporary files, where it writes, belong to the process: where several receivers run
    in one, the newest one's folder serves them all.
    """
    config = pynetdicom("_config")
    arriving = folder / ARRIVING
    arriving.mkdir(parents=True, exist_ok=True)
    for left in arriving.iterdir():
        left.unlink()
    with _lock:
        if not _folders:
            _folders.append(tempfile.gettempdir())
        _folders.append(str(arriving))
        config.STORE_RECV_CHUNKED_DATASET, tempfile.tempdir = True, str(arriving)
    try:
        yield
    finally:
        with _lock:
            _folders.remove(str(arriving))
            tempfile.tempdir = _folders[-1]
            if len(_folders) == 1:
                _folders.clear()
                config.STORE_RECV_CHUNKED_DATASET = False
