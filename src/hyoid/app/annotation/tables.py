"""The tables of the annotation database.

Times are text, ISO 8601 in UTC with microseconds: they sort as they are, and SQLite and PostgreSQL keep them alike.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
)

from hyoid.app.annotation.states import STATES

SCHEMA_VERSION = 1
"""Raised when a table changes; a database of a later version is refused."""

metadata = MetaData()

schema = Table(
    "hyoid_schema",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("version", Integer, nullable=False),
)

chains = Table(
    "chains",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("newest", Integer, nullable=False),
    UniqueConstraint("case_id", "author", name="one_chain"),
)
"""One chain of versions a case and author; its row is what two saves at once compete for."""

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chain_id", Integer, ForeignKey("chains.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("base", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    Column("grid", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("saved_at", Text, nullable=False),
    UniqueConstraint("chain_id", "version", name="one_version"),
    CheckConstraint("version = base + 1", name="on_its_base"),
    CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="known_state"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("case_id", Text),
    Column("author", Text),
    Column("version", Integer),
    Column("reason", Text, nullable=False, server_default=""),
    Column("origin", Text, nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default="{}"),
    Index("events_of_chain", "case_id", "author"),
)
"""The audit log: rows are added and never changed, which triggers in the database see to."""

presence = Table(
    "presence",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("tab", Text, primary_key=True),
    Column("since", Text, nullable=False),
    Column("seen", Text, nullable=False),
)

_APPEND_ONLY = "the audit log is only added to"

for _change in ("UPDATE", "DELETE"):
    event.listen(
        events,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER events_no_{_change.lower()} BEFORE {_change} ON events "
            f"BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"
        ).execute_if(dialect="sqlite"),
    )

_REFUSE = (
    (
        "CREATE OR REPLACE FUNCTION hyoid_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$body$ BEGIN RAISE EXCEPTION '{_APPEND_ONLY}'; END $body$"
    ),
    (
        "CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events "
        "FOR EACH ROW EXECUTE FUNCTION hyoid_append_only()"
    ),
    (
        "CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION hyoid_append_only()"
    ),
)
for _statement in _REFUSE:
    event.listen(events, "after_create", DDL(_statement).execute_if(dialect="postgresql"))  # type: ignore[no-untyped-call]
