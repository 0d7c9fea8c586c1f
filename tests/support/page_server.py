"""The application on a free port of this computer, for as long as a test looks at it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from hyoid.app.cases.worker import HereWorker, Worker
from hyoid.app.run import address_of
from hyoid.app.server import create_app
from hyoid.app.settings import Settings


@dataclass
class Served:
    """A running application."""

    app: FastAPI
    settings: Settings

    def address(self) -> str:
        """Return an address that opens the page once."""
        return address_of(self.app, self.settings)


@contextmanager
def serve(
    cohort: Path,
    predictions: Path | None,
    annotations: Path | None,
    *,
    accounts: bool = False,
    worker: Worker | None = None,
) -> Iterator[Served]:
    """Serve a cohort in a thread of this process, and stop in the end. Cases are reviewed here too, or by `worker`."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # the browser may be faster than the server
        port = listening.getsockname()[1]
        settings = Settings(
            cohort=cohort, predictions=predictions, annotations=annotations, port=port, accounts=accounts
        )
        app = create_app(settings, worker or HereWorker())
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield Served(app, settings)
        finally:
            server.should_exit = True
            thread.join(20)
