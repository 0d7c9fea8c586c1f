"""Ctrl-C: it is said what is kept, and the exit code is that of an interrupt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells count."""


@contextmanager
def interruptible(kept: str) -> Iterator[None]:
    """Leave with 130 where the work within is interrupted, and say in a sentence what is `kept`."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"hyoid: interrupted. {kept}", err=True)
        raise typer.Exit(INTERRUPTED) from None
