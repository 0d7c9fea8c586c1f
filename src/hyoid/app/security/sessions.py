"""Sessions: who has come in, kept in the server's memory alone. A cookie holds a random name of one, no more."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

IDLE_SECONDS = 8 * 3600.0
"""After so long without a request a session ends."""

MOST_SECONDS = 24 * 3600.0
"""After so long it ends in any case."""

MOST_SESSIONS = 1000
"""More at once make the oldest one end."""

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """One login: whose it is, the secret that changing requests must repeat, and since when (monotonic seconds).

    `stamp` is what the account was at the login; a session of another stamp is void.
    """

    name: str
    stamp: str
    csrf: str
    started: float
    used: float

    def allows(self, csrf: str) -> bool:
        """Whether the header of a changing request holds this session's secret."""
        return hmac.compare_digest(csrf.encode("utf-8", "replace"), self.csrf.encode())


class Sessions:
    """All sessions of this server. Only hashes of the cookies are kept."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def start(self, name: str, stamp: str = "") -> str:
        """Begin a session of a user and return the value of its cookie."""
        cookie = secrets.token_urlsafe(_SECRET_BYTES)
        now = self._clock()
        with self._lock:
            self._sessions = {key: one for key, one in self._sessions.items() if self._lives(one, now)}
            while len(self._sessions) >= MOST_SESSIONS:
                del self._sessions[min(self._sessions, key=lambda key: self._sessions[key].used)]
            self._sessions[_hash(cookie)] = Session(name, stamp, secrets.token_urlsafe(_SECRET_BYTES), now, now)
        return cookie

    def find(self, cookie: str | None) -> Session | None:
        """Return the session of a cookie, which is used by that; None where there is none, or it has ended."""
        if not cookie:
            return None
        key, now = _hash(cookie), self._clock()
        with self._lock:
            session = self._sessions.get(key)
            if session is None:
                return None
            if not self._lives(session, now):
                del self._sessions[key]
                return None
            self._sessions[key] = replace(session, used=now)
            return session

    def end(self, cookie: str | None) -> None:
        """End the session of a cookie, if there is one."""
        if cookie:
            with self._lock:
                self._sessions.pop(_hash(cookie), None)

    @staticmethod
    def _lives(session: Session, now: float) -> bool:
        return now - session.used < IDLE_SECONDS and now - session.started < MOST_SECONDS


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()
