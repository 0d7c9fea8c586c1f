"""Who is on a case now: a note that a browser renews, and that is forgotten when it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from hyoid.app.annotation.database import reading, writing
from hyoid.app.annotation.records import utc
from hyoid.app.annotation.tables import presence

EXPIRES_SECONDS = 45.0
"""Three heartbeats of 15 s: one may be lost."""

MAX_TAB = 64
"""Longest name of a browser's window."""


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody on a case: account, since when (ISO 8601, UTC), and a name for the window of the browser."""

    name: str
    since: str
    tab: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return what the page is told."""
        return {"name": self.name, "since": self.since}


class Presence:
    """Notes of who is on which case, in the database, so that several servers share them."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, clock

    def beat(self, case_id: str, name: str, tab: str = "") -> list[Here]:
        """Note that `name` is on a case, in the window `tab`, and return who else is.

        The same account in another window counts as somebody else: the two could save upon the same version.
        """
        tab = tab[:MAX_TAB]
        own = (presence.c.case_id == case_id, presence.c.name == name, presence.c.tab == tab)
        now = self._clock()
        began = {"since": utc(now), "seen": utc(now)}
        try:
            with writing(self._engine) as connection:
                here = update(presence).where(*own, presence.c.seen >= self._oldest(now)).values(seen=utc(now))
                again = update(presence).where(*own).values(**began)
                if connection.execute(here).rowcount == 0 and connection.execute(again).rowcount == 0:
                    row = {"case_id": case_id, "name": name, "tab": tab, **began}
                    connection.execute(insert(presence).values(row))
        except IntegrityError:  # two signs of the same window at once: the other one was noted
            pass
        return [here for here in self.on_case(case_id) if (here.name, here.tab) != (name, tab)]

    def forget_expired(self) -> None:
        """Remove the notes of who is gone; they are passed over anyway."""
        with writing(self._engine) as connection:
            connection.execute(delete(presence).where(presence.c.seen < self._oldest(self._clock())))

    def leave(self, case_id: str, name: str, tab: str = "") -> None:
        """Forget that `name` is on a case in this window."""
        own = (presence.c.case_id == case_id, presence.c.name == name, presence.c.tab == tab[:MAX_TAB])
        with writing(self._engine) as connection:
            connection.execute(delete(presence).where(*own))

    def on_case(self, case_id: str) -> list[Here]:
        """Return who is on a case, the longest first."""
        return self.everywhere().get(case_id, [])

    def everywhere(self) -> dict[str, list[Here]]:
        """Return who is on each case that somebody is on."""
        query = select(presence).where(presence.c.seen >= self._oldest(self._clock()))
        found: dict[str, list[Here]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query.order_by(presence.c.since, presence.c.name)):
                found.setdefault(row.case_id, []).append(Here(row.name, row.since, row.tab))
        return found

    @staticmethod
    def _oldest(now: datetime) -> str:
        return utc(now - timedelta(seconds=EXPIRES_SECONDS))
