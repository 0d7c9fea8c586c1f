"""The database: SQLite in the folder of annotations, or PostgreSQL by one URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from hyoid.app.annotation import tables
from hyoid.app.annotation.errors import AnnotationError
from hyoid.extras import extra_library

BUSY_SECONDS = 30.0
"""How long a writer waits for another before it gives up."""

_WRITES = "hyoid_writes"
_SCHEMA_LOCK = 0x48796F69  # any number that only hyoid's servers ask PostgreSQL to lock


def open_database(folder: Path, url: str | None) -> Engine:
    """Open `folder/hyoid.sqlite`, or the database of `url`, and make its tables where there are none.

    Raises
    ------
    AnnotationError
        If the URL names no SQLite or PostgreSQL database, it cannot be reached, is no database of annotations, or was
        made by a later version of hyoid.
    """
    address = _address(folder, url)
    engine = _sqlite(address) if address.get_backend_name() == "sqlite" else _postgresql(address)
    try:
        _make_tables(engine)
    except AnnotationError:
        engine.dispose()
        raise
    except DBAPIError as error:
        engine.dispose()
        reason = str(error.orig).strip().splitlines()[0]
        raise AnnotationError.of(
            f"{address.render_as_string(hide_password=True)}, which answers: {reason}",
            "a database that can be read and written",
            "Check the address and the rights.",
        ) from error
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one state of the database and writes nothing."""
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction that is committed when the block ends well, and else leaves no trace.

    In SQLite it takes the one lock of writers at its start: what it reads is what it writes upon.
    """
    with engine.connect() as plain:
        connection = plain.execution_options(**{_WRITES: True})
        with connection.begin():
            yield connection


def _address(folder: Path, url: str | None) -> URL:
    if url is None:
        return URL.create("sqlite", database=str(Path(folder) / "hyoid.sqlite"))
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise AnnotationError.of(
            "an address that is no database URL", "postgresql://user@host/name", "Correct --database."
        ) from error
    if address.get_backend_name() == "postgresql":
        extra_library("psycopg", "postgresql")
        return address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() == "sqlite" and address.database not in {None, "", ":memory:"}:
        return address
    raise AnnotationError.of(
        f"the database {address.render_as_string(hide_password=True)}",
        "a file of SQLite or a PostgreSQL server",
        "Give postgresql://user@host/name, or nothing for a file beside the annotations.",
    )


def _sqlite(address: URL) -> Engine:
    Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS})

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: `begin` below does
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def _postgresql(address: URL) -> Engine:
    engine = create_engine(address, pool_pre_ping=True)

    def prepare(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:  # a server may be set to answer before the disk has it
            cursor.execute("SET synchronous_commit TO on")
        connection.commit()

    event.listen(engine, "connect", prepare)
    return engine


def _make_tables(engine: Engine) -> None:
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
        there = set(inspect(connection).get_table_names())
        if tables.schema.name not in there:
            if there & set(tables.metadata.tables):
                raise AnnotationError.of(
                    f"tables {', '.join(sorted(there & set(tables.metadata.tables)))} of another program",
                    "an empty database or one of hyoid's annotations",
                    "Give another database.",
                )
            tables.metadata.create_all(connection)
            connection.execute(insert(tables.schema).values(id=1, version=tables.SCHEMA_VERSION))
            return
        found = connection.execute(select(tables.schema.c.version)).scalar_one()
    if found > tables.SCHEMA_VERSION:
        raise AnnotationError.of(
            f"a database of schema version {found}",
            f"version {tables.SCHEMA_VERSION} or earlier",
            "It was made by a later hyoid: update this one.",
        )
