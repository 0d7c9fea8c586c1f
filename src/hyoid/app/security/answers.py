"""Answers of the outer layers, before there is an application to make them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hyoid.app.security.refusals import RefusedError, log_refusal


def error_answer(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return `{"error": sentence}` with a status."""
    return Response(json.dumps({"error": sentence}), status, dict(headers or {}), "application/json")


async def refuse(error: RefusedError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a refusal and log it; the connection is closed, for its body may still be on the way."""
    log_refusal(scope, error.status, error.reason)
    answer = error_answer(error.status, str(error), {**error.headers, "Connection": "close"})
    await answer(scope, receive, send)
