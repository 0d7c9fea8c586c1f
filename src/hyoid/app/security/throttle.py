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
    """Counts logins until they succeed; who had too many waits until enough of them are older than the window."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tries: OrderedDict[tuple[str, ...], deque[float]] = OrderedDict()

    def attempt(self, name: str, address: str) -> float:
        """Return how long this one has to wait; with 0 the login may go on, and counts as failed until it succeeds.

        It counts at once, so that many side by side are no way around the limit.
        """
        now = self._clock()
        with self._lock:
            keys = _keys(name, address)
            wait = max(self._wait(key, LIMITS[key[0]], now) for key in keys)
            if wait > 0:
                return wait
            for key in keys:
                self._tries.setdefault(key, deque(maxlen=LIMITS[key[0]])).append(now)
                self._tries.move_to_end(key)
            while len(self._tries) > MOST_KEYS:
                self._tries.popitem(last=False)  # whose last try is the longest ago
            return 0.0

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of this name from this address, and take this login off the others' counts."""
        pair, *others = _keys(name, address)
        with self._lock:
            self._tries.pop(pair, None)
            for key in others:
                if self._tries.get(key):
                    self._tries[key].pop()

    def _wait(self, key: tuple[str, ...], limit: int, now: float) -> float:
        times = self._tries.get(key, ())
        recent = [at for at in times if now - at < WINDOW_SECONDS]
        return recent[-limit] + WINDOW_SECONDS - now if len(recent) >= limit else 0.0


def _keys(name: str, address: str) -> tuple[tuple[str, ...], ...]:
    name = name[:64]
    return ("pair", name, address), ("name", name), ("address", address)
