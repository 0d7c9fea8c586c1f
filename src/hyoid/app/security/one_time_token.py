"""The token in the printed address: it opens the page once, and is worthless afterwards."""

from __future__ import annotations

import hmac
import secrets
import threading

TOKEN_BYTES = 32


class OneTimeToken:
    """256 random bits that are accepted once; `renew` makes others, and the old ones are void."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value: str | None = None
        self.renew()

    def renew(self) -> str:
        """Return a new token, the only one that is valid from now on."""
        with self._lock:
            self._value = secrets.token_urlsafe(TOKEN_BYTES)
            return self._value

    def redeem(self, offered: str) -> bool:
        """Whether this is the token, for the first time. The comparison takes the same time wherever they differ."""
        with self._lock:
            expected = self._value or secrets.token_urlsafe(TOKEN_BYTES)
            right = (
                hmac.compare_digest(offered.encode("utf-8", "replace"), expected.encode()) and self._value is not None
            )
            if right:
                self._value = None
            return right
