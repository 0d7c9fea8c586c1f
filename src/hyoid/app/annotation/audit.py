"""The audit log: every event, only ever added to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from hyoid.app.annotation.database import reading, writing
from hyoid.app.annotation.records import Event, Version, utc
from hyoid.app.annotation.tables import events

MAX_TEXT = 2000
"""Longest reason or origin that is kept; what is longer is cut, and ends in an ellipsis."""

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where: the name of an account or of the login, and the address of the browser."""

    name: str
    origin: str = ""


def add_event(
    connection: Connection,
    at: datetime,
    actor: Actor,
    what: str,
    version: Version | None = None,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one event in the transaction of what it tells of."""
    of = {} if version is None else {n: getattr(version, n) for n in ("case_id", "author", "version")}
    connection.execute(
        insert(events).values(
            at=utc(at),
            who=actor.name,
            what=what,
            reason=_cut(reason),
            origin=_cut(actor.origin),
            detail=json.dumps(detail or {}),
            **of,
        )
    )


def events_of(connection: Connection, case_id: str) -> list[Event]:
    """Return the events of a case's annotations, the oldest first."""
    query = select(events).where(events.c.case_id == case_id).order_by(events.c.id)
    return [_event(dict(row._mapping)) for row in connection.execute(query)]


class AuditLog:
    """The events of all cases and of the server itself."""

    def __init__(self, engine: Engine, clock: Any) -> None:
        self._engine, self._clock = engine, clock

    def record(self, who: str, what: str, origin: str = "", reason: str = "", **detail: Any) -> None:
        """Add an event that belongs to no version: an export, an account, a refusal."""
        with writing(self._engine) as connection:
            add_event(connection, self._clock(), Actor(who, origin), what, None, reason, detail)

    def events(self, after: int = 0) -> Iterator[Event]:
        """Give all events later than the one numbered `after`, the oldest first, a thousand a query."""
        while True:
            query = select(events).where(events.c.id > after).order_by(events.c.id).limit(_PAGE)
            with reading(self._engine) as connection:
                found = [_event(dict(row._mapping)) for row in connection.execute(query)]
            yield from found
            if len(found) < _PAGE:
                return
            after = found[-1].id

    def lines(self) -> Iterator[str]:
        """Give the log as JSON Lines."""
        for event in self.events():
            yield event.to_json() + "\n"


def _cut(text: str) -> str:
    """Return a text that every database takes: no NUL, no half of a surrogate pair, and not too long."""
    plain = text.replace("\0", "").encode("utf-8", "replace").decode()
    return plain if len(plain) <= MAX_TEXT else plain[: MAX_TEXT - 1] + "…"


def _event(fields: dict[str, Any]) -> Event:
    return Event(**{**fields, "detail": json.loads(fields["detail"])})
