"""What a worker must be like: of the same hyoid, and with the same files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hyoid.errors import HyoidError
from hyoid.version import __version__


@dataclass(frozen=True, slots=True)
class Seen:
    """What a worker answers: its version of hyoid, and whether it sees the file that it was asked about."""

    version: str
    file: bool


def look(file: Path | None) -> Seen:
    """Answer for the process that this runs in; without a file there is none to miss."""
    return Seen(__version__, file is None or file.is_file())


def check_workers(see: Callable[[Path | None], Mapping[str, Seen]], folder: Path | None) -> None:
    """Refuse workers of another hyoid than this one, and workers that do not see `folder`.

    Parameters
    ----------
    see
        Asks every worker about a file, and returns `{worker: answer}`.
    folder
        Where folds will be written and read; made if it is missing. None: not looked at.

    Raises
    ------
    HyoidError
        If one of the workers will not do.
    """
    if folder is None:
        answers = see(None)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".seen-by-all-workers-") as file:
            answers = see(Path(file.name).absolute())
    for worker, answer in answers.items():
        if answer.version != __version__:
            raise HyoidError.of(
                f"hyoid {answer.version} on worker {worker}", f"hyoid {__version__}", "Install the same on all."
            )
        if not answer.file:
            raise HyoidError.of(
                f"worker {worker}, which does not see {folder}",
                "a file system that all workers share, with the same paths",
                "Choose a folder that is there on every machine.",
            )
