"""Stores on both databases."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.pool import NullPool

from hyoid.app.annotation import AnnotationStore
from support.annotations import Clock
from support.postgresql import running_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with running_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """The URL of an empty database, None for SQLite in the folder of annotations."""
    if request.param == "sqlite":
        return None
    from sqlalchemy import create_engine, text

    server: str = request.getfixturevalue("postgresql")
    name = f"test_{uuid.uuid4().hex}"  # a schema of its own: far cheaper than a database
    engine = create_engine(server.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    return f"{server}&options=-csearch_path%3D{name}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, database: str | None, clock: Clock) -> Iterator[AnnotationStore]:
    opened = AnnotationStore(tmp_path / "annotations", database, clock)
    yield opened
    opened.close()
