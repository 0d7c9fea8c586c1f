"""`hyoid view`: a cohort and its predictions in the browser, to be looked at and annotated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hyoid.cli.options import CohortArgument, ColumnsOption


def view(
    cohort: CohortArgument,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", metavar="DIR", help="What `hyoid predict --cohort` wrote.")
    ] = None,
    annotations: Annotated[
        Path | None, typer.Option("--annotations", metavar="DIR", help="Where annotations and accounts are kept.")
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", metavar="URL", help="PostgreSQL in place of SQLite in --annotations.")
    ] = None,
    columns: ColumnsOption = None,
    host: Annotated[
        str, typer.Option("--host", help="Where to listen; beyond this computer with accounts and TLS alone.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8765,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="A name of this computer in users' address bars; repeat it."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="FILE", dir_okay=False, help="TLS certificate (PEM).")
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", dir_okay=False, help="Its private key (PEM).")
    ] = None,
    accounts: Annotated[
        bool, typer.Option("--accounts", help="Ask for name and password on this computer too.")
    ] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the browser.")] = False,
) -> None:
    """Look at COHORT and its predictions in the browser, and annotate it.

    The printed address opens the page once. Nothing is sent to any other server.
    """
    from hyoid.app.settings import Settings
    from hyoid.errors import CohortError
    from hyoid.extras import extra_library

    for library in ("fastapi", "uvicorn", "sqlalchemy"):
        extra_library(library, "web")
    from hyoid.app.run import serve

    if not cohort.exists():
        raise CohortError.of(f"nothing at {cohort}", "a cohort folder or CSV", "Check the path.")
    settings = Settings(
        cohort=cohort,
        columns=columns,
        predictions=predictions,
        annotations=annotations,
        database=database,
        host=host,
        port=port,
        names=tuple(name or ()),
        certificate=certificate,
        key=key,
        accounts=accounts,
    )
    serve(settings, typer.echo, open_browser=not no_open)
