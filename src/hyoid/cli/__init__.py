"""The command line: one file per verb; what is heavy is imported inside the verb."""

from __future__ import annotations

import sys

import typer

from hyoid.cli.app import app
from hyoid.errors import HyoidError


def main() -> None:
    """Run the command line: 0 on success, 2 with one sentence on wrong input."""
    try:
        app()
    except HyoidError as error:
        typer.echo(f"hyoid: {error}", err=True)
        sys.exit(2)
    except OSError as error:  # a full disk, a folder that may not be written
        typer.echo(f"hyoid: {error.strerror or error}: {error.filename or 'no file named'}.", err=True)
        sys.exit(2)
