"""The process that reviews cases beside the server, so that no request waits for it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Protocol

from hyoid.app.cases.review import Review, review_case
from hyoid.cohort import Case

NICENESS = 10
"""How far the process stands back behind the server where both want a core."""

_POLL_SECONDS = 0.2


class WorkerStoppedError(RuntimeError):
    """The process ended before it answered: it was stopped, or had no memory left."""


class Worker(Protocol):
    """Something that reviews one case at a time."""

    def review(self, case: Case, *files: object) -> Review:
        """Return what `review_case` returns; raises WorkerStoppedError where it cannot."""
        ...

    def close(self) -> None:
        """Stop at once."""
        ...


class ProcessWorker:
    """A process of its own, started when it is first needed, and again after it died."""

    def __init__(self) -> None:
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        self._closed = threading.Event()

    def review(self, case: Case, *files: object) -> Review:
        """See `Worker.review`."""
        connection = self._running()
        try:
            connection.send((case, *files))
            while not connection.poll(_POLL_SECONDS):
                if self._closed.is_set():
                    raise WorkerStoppedError("stopped")
            answer: Review = connection.recv()
        except (EOFError, OSError) as error:
            self._forget()
            raise WorkerStoppedError("the process that reviews cases died") from error
        return answer

    def close(self) -> None:
        """See `Worker.close`."""
        self._closed.set()
        self._forget()

    def _running(self) -> Connection:
        if self._closed.is_set():
            raise WorkerStoppedError("stopped")
        if self._connection is None:
            context = multiprocessing.get_context("spawn")  # a fork would share the server's sockets and locks
            ours, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs,), name="hyoid-review", daemon=True)
            self._process.start()
            theirs.close()
            self._connection = ours
        return self._connection

    def _forget(self) -> None:
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if process is not None:
            process.terminate()
            process.join(5)
        if connection is not None:
            connection.close()


class HereWorker:
    """Reviews in the thread that asks: for tests, and for scripts that wait for the answer."""

    def review(self, case: Case, *files: object) -> Review:
        """See `Worker.review`."""
        return review_case(case, *files)  # type: ignore[arg-type]

    def close(self) -> None:
        """See `Worker.close`."""


def _serve(connection: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which then stops this process
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    with suppress(EOFError, OSError):
        while True:
            connection.send(review_case(*connection.recv()))
