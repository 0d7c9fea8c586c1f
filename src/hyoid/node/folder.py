"""The folder that a node works in: patients' data lie there, so that nobody else may read it."""

from __future__ import annotations

from pathlib import Path

from hyoid.errors import HyoidError

LOCK, LOG, STUDIES = "node.lock", "node.log", "studies"


def make_private(work: Path) -> None:
    """Make the folder, readable by its user alone, also where it is there already.

    Raises
    ------
    HyoidError
        If it holds something else than what a node has left.
    """
    ours = any((work / name).exists() for name in (LOCK, LOG, STUDIES))
    if work.is_dir() and any(work.iterdir()) and not ours:
        raise HyoidError.of(
            f"other files in {work}",
            "an empty folder, or that of a node",
            "Name another --work: patients' data go there.",
        )
    work.mkdir(parents=True, exist_ok=True)
    work.chmod(0o700)
