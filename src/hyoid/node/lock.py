"""One node a folder: two would work on the same studies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hyoid.errors import HyoidError

FILE_NAME = "node.lock"


@contextmanager
def locked(work: Path) -> Iterator[None]:
    """Hold the folder; the system lets go of it when the process ends, however it ends.

    Raises
    ------
    HyoidError
        If another node holds it.
    """
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows has no such lock
        yield
        return
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (work / FILE_NAME).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise HyoidError.of(
                f"another node at work in {work}", "a folder of its own for each", "Stop it, or name another --work."
            ) from error
        yield
