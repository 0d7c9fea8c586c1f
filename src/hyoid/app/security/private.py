"""Files that only the server's own user may read: annotations and logs are patient data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OTHERS = 0o077


@contextmanager
def only_for_owner() -> Iterator[None]:
    """Let what is made meanwhile, in this process and those that it starts, be its owner's alone: 0700 and 0600.

    It holds for whatever writes: SQLite, image writers, logs. Windows has other rights and is left as it is.
    """
    before = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def open_to_others(folder: Path) -> str | None:
    """Return a sentence where a folder that is there may be entered or read by other users, None where it may not."""
    if os.name != "posix" or not folder.is_dir():
        return None
    mode = folder.stat().st_mode & 0o777
    if not mode & _OTHERS:
        return None
    return (
        f"Other users of this computer may look into {folder} (mode {mode:o}), which holds patient data. "
        f"If they should not: chmod -R go-rwx {folder}"
    )
