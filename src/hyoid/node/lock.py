"""One node a folder: two would work on the same studies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hyoid.errors import HyoidError
from hyoid.node.folder import LOCK, make_private


@contextmanager
def locked(work: Path) -> Iterator[None]:
    """Hold the folder; the system lets go of it when the process ends, however it ends.

    Raises
    ------
    HyoidError
        If another node holds it, or something else lies in it.
    """
    make_private(work)
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows has no such lock
        yield
        return
    with (work / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise HyoidError.of(
                f"another node at work in {work}", "a folder of its own for each", "Stop it, or name another --work."
            ) from error
        yield
