"""The command line: one file per verb; what is heavy is imported inside the verb."""

from __future__ import annotations

import sys

import typer

from hyoid.cli.app import app
from hyoid.cli.interrupted import INTERRUPTED
from hyoid.errors import HyoidError


def main() -> None:
    """Run the command line: 0 on success, 2 with one sentence on wrong input."""
    try:
        app()
    except HyoidError as error:
        typer.echo(f"hyoid: {error}", err=True)
        sys.exit(2)
    except OSError as error:  # a full disk, a folder that may not be written
        where = error.filename or "no file named"
        advice = "Expected to read or write there: check the path, its permissions and the disk."
        typer.echo(f"hyoid: {error.strerror or error}: {where}. {advice}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:  # during start-up; within a verb typer turns it into its own exit
        typer.echo("hyoid: interrupted.", err=True)
        sys.exit(INTERRUPTED)
