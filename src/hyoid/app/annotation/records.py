"""What the store gives back: versions and events as plain values."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hyoid.geometry import Grid


@dataclass(frozen=True, slots=True)
class Version:
    """One saved annotation: number `version` of the chain of `author` on the case `case_id`.

    `base` is the version that was edited (0: none), `hash` the SHA-256 of the file of its voxels, `grid` where these
    lie, `saved_at` ISO 8601 in UTC, `note` a sentence that the save had to say.
    """

    case_id: str
    author: str
    version: int
    base: int
    hash: str
    grid: Grid
    state: str
    saved_at: str
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return what the page is told of it."""
        named = ("author", "version", "hash", "state", "saved_at")
        return {name: getattr(self, name) for name in named}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit log: who did what, when, to which version, why, and from where."""

    id: int
    at: str
    who: str
    what: str
    case_id: str | None = None
    author: str | None = None
    version: int | None = None
    reason: str = ""
    origin: str = ""
    detail: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the event as one line of JSON."""
        named = ("id", "at", "who", "what", "case_id", "author", "version", "reason", "origin", "detail")
        return json.dumps({name: getattr(self, name) for name in named})


def utc(moment: datetime) -> str:
    """Return a time as ISO 8601 in UTC with microseconds, always of the same length.

    >>> utc(datetime(2026, 11, 22, 17, 5, tzinfo=UTC))
    '2026-11-22T17:05:00.000000Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def readable(at: str) -> str:
    """Return a time of the database for a sentence.

    >>> readable('2026-11-22T17:05:09.123456Z')
    '2026-11-22 17:05:09 UTC'
    """
    return f"{at[:10]} {at[11:19]} UTC"
