"""Faults of hyoid itself: told to the person without their inside, and logged without their data."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hyoid.app.security.answers import error_answer

LOGGER = logging.getLogger("hyoid.app.faults")


class FaultsMiddleware:
    """Answers 500 where anything is raised that is no refusal.

    The log has the type of the error and the lines of code that it came through. The message stays out, for it may hold
    a patient's id or a path.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:  # noqa: BLE001 - whatever failed, no inside of it may leave the server
            LOGGER.error("%s at %s", type(error).__name__, _places(error))  # a traceback would have the message
            if scope["type"] != "http" or started:
                raise ConnectionAbortedError("an answer that could not be finished") from None
            answer = error_answer(500, "Something in hyoid failed. The terminal says where; please report it.")
            await answer(scope, receive, send)


def _places(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames[-8:]))
