"""One progress bar for long work: drawn on a terminal, silent elsewhere and with `--quiet`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

_Item = TypeVar("_Item")
_quiet = False


def set_quiet(quiet: bool) -> None:
    """Switch every later progress bar off (True) or back on where there is a terminal (False)."""
    global _quiet  # noqa: PLW0603 - one switch for the process, set once by the command line
    _quiet = quiet


def track(items: Iterable[_Item], description: str, total: int | None = None) -> Iterator[_Item]:
    """Yield `items` while a bar with `description` moves on standard error."""
    if _quiet or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track as rich_track

    if total is None and isinstance(items, Sized):
        total = len(items)
    yield from rich_track(items, description=description, total=total, console=Console(stderr=True), transient=True)
