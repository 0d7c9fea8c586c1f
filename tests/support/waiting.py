"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable


def wait_until(done: Callable[[], object], seconds: float = 30.0) -> None:
    """Return when `done` says so; fail when it never does."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
