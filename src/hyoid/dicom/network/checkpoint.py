"""Where pynetdicom's reactor waits while a question is asked; without it answers are lost on a busy machine."""

from __future__ import annotations

import threading
from collections.abc import Callable

_LOOK_SECONDS = 0.1


class Checkpoint:
    """A gate that closes only when the one thread that passes it stands before it.

    Takes the place of the `threading.Event` at which an association's reactor pauses while a message is sent and its
    answer waited for. pynetdicom 3.0.4 says that the reactor pauses just before it waits: one that has passed the
    event, and is not yet past the next line, counts as paused, takes the answer out of the queue and drops it. The
    question then waits for its whole timeout.

    Parameters
    ----------
    passes
        Whether the thread that passes still lives.
    """

    def __init__(self, passes: Callable[[], bool]) -> None:
        self._passes = passes
        self._changed = threading.Condition()
        self._is_open, self._stands = True, False

    def set(self) -> None:
        """Open."""
        with self._changed:
            self._is_open = True
            self._changed.notify_all()

    def clear(self) -> None:
        """Close, and return when the passing thread stands before the gate or is no more."""
        with self._changed:
            self._is_open = False
            while not self._stands and self._passes():
                self._changed.wait(_LOOK_SECONDS)

    def is_set(self) -> bool:
        """Whether it is open."""
        return self._is_open

    def wait(self) -> bool:
        """Stand before the gate until it is open."""
        with self._changed:
            self._stands = True
            self._changed.notify_all()
            while not self._is_open:
                self._changed.wait()
            self._stands = False
        return True
