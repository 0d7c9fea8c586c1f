"""What was refused, and the log of it: when, from where, which kind of request, why. No patient, no secret."""

from __future__ import annotations

import logging
import logging.handlers
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from hyoid.errors import HyoidError

LOGGER = logging.getLogger("hyoid.app.refusals")

LOG_FILE = "refusals.log"
_FILE_BYTES, _FILES = 2**20, 3


class RefusedError(HyoidError):
    """A request that is not answered: the HTTP status, one word for the log, and the sentence for the person."""

    def __init__(self, status: int, reason: str, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.reason, self.headers = status, reason, dict(headers or {})


def log_refusal(scope: MutableMapping[str, Any], status: int, reason: str) -> None:
    """Write one line on a refused request.

    The path is told as its template (`/api/cases/{case}/...`), for paths hold patients' ids and queries may hold a
    token; the user is told where one has come in.
    """
    if "route" not in scope and "app" in scope:  # refused before the routes were asked
        scope["app"].state.identify(scope)
    route = scope.get("route")
    place = getattr(route, "path", None) or "(outside the known paths)"
    client = scope.get("client")
    user = scope.get("state", {}).get("user_name", "-")
    LOGGER.warning(
        "%s %s refused: %d %s, user %s, from %s", scope.get("method", "?"), place, status, reason, user,
        client[0] if client else "?",
    )  # fmt: skip


def log_to(folder: Path | None) -> list[logging.Handler]:
    """Let refusals go to the terminal, and to a file in the annotations' folder; returns what `stop_logging` takes."""
    form = logging.Formatter("%(asctime)s %(message)s")
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / LOG_FILE
        handlers.append(
            logging.handlers.RotatingFileHandler(path, maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8")
        )
    for handler in handlers:
        handler.setFormatter(form)
        LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.WARNING)
    LOGGER.propagate = False
    return handlers


def stop_logging(handlers: list[logging.Handler]) -> None:
    """Close what `log_to` opened."""
    for handler in handlers:
        LOGGER.removeHandler(handler)
        handler.close()
    LOGGER.propagate = True
