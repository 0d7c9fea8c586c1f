"""How often a password may be guessed."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

WINDOW_SECONDS = 15 * 60.0
LIMITS = {"pair": 5, "name": 20, "address": 20}
"""Failed logins within the window: of one name from one address, of one name, from one address."""

MOST_KEYS = 10_000


class Throttle:
    """Counts failed logins; who had too many waits until enough of them are older than the window."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[tuple[str, ...], deque[float]] = OrderedDict()

    def wait_seconds(self, name: str, address: str) -> float:
        """Return how long this one has to wait; 0 for who may try now."""
        now = self._clock()
        with self._lock:
            return max(self._wait(key, LIMITS[key[0]], now) for key in _keys(name, address))

    def failed(self, name: str, address: str) -> None:
        """Count a failed login."""
        now = self._clock()
        with self._lock:
            for key in _keys(name, address):
                self._failures.setdefault(key, deque(maxlen=LIMITS[key[0]])).append(now)
                self._failures.move_to_end(key)
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)  # whose last failure is the longest ago

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of this name from this address."""
        with self._lock:
            self._failures.pop(("pair", name, address), None)

    def _wait(self, key: tuple[str, ...], limit: int, now: float) -> float:
        times = self._failures.get(key, ())
        recent = [at for at in times if now - at < WINDOW_SECONDS]
        return recent[-limit] + WINDOW_SECONDS - now if len(recent) >= limit else 0.0


def _keys(name: str, address: str) -> tuple[tuple[str, ...], ...]:
    name = name[:64]
    return ("pair", name, address), ("name", name), ("address", address)
