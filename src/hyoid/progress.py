"""One progress bar for long work: drawn on a terminal, silent elsewhere and with `--quiet`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")
_quiet = False
_FOLLOW_SECONDS = 0.5


def set_quiet(quiet: bool) -> None:
    """Switch every later progress bar off (True) or back on where there is a terminal (False)."""
    global _quiet  # noqa: PLW0603 - one switch for the process, set once by the command line
    _quiet = quiet


def track(items: Iterable[_Item], description: str, total: int | None = None) -> Iterator[_Item]:
    """Yield `items` while a bar with `description` moves on standard error."""
    if not _drawn():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track as rich_track

    if total is None and isinstance(items, Sized):
        total = len(items)
    yield from rich_track(items, description=description, total=total, console=Console(stderr=True), transient=True)


def follow(work: Iterator[object], description: str, total: int, done: Callable[[], int]) -> None:
    """Exhaust `work`, whose steps happen in other processes, while a bar follows `done()` out of `total`."""
    if not _drawn():
        for _ in work:
            pass
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar, ThreadPoolExecutor(1) as pool:
        task = bar.add_task(description, total=total)
        finished = pool.submit(list, work)
        while not finished.done():
            bar.update(task, completed=done())
            time.sleep(_FOLLOW_SECONDS)
        finished.result()


def _drawn() -> bool:
    return not _quiet and sys.stderr.isatty()
