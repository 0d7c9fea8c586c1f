"""How much a request may bring, of what kind, and in what time. The body is counted as it comes in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hyoid.app.security.answers import refuse
from hyoid.app.security.refusals import RefusedError

STRANGER_BYTES = 4096
"""What who has not come in may send: a name and a password."""

MOST_BYTES = {"application/json": 64 * 2**10, "application/octet-stream": 64 * 2**20}
"""By kind of body; others are refused. Label voxels are packed: three labels at random take 0.2 bytes a voxel, so that
a whole body of 10^8 voxels has 20 MB at the worst, and a drawn one a hundredth of that."""

LARGE_AT_ONCE = 4
"""How many bodies of label voxels may come in side by side."""

PATIENCE_SECONDS = 20.0
LEAST_BYTES_A_SECOND = 32 * 2**10
"""A body may take `PATIENCE_SECONDS`, and a second more for each of so many bytes that have come."""


class BodiesMiddleware:
    """Reads the body of a request within its limits before anything else sees it.

    Parameters
    ----------
    is_known
        Whether a request comes from who has come in.
    clock, patience
        For tests.
    """

    def __init__(
        self,
        app: ASGIApp,
        is_known: Callable[[Scope], bool],
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.app, self.is_known, self.clock, self.patience = app, is_known, clock, patience
        self._large = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
        except RefusedError as error:
            await refuse(error, scope, receive, send)
            return
        if body is None:
            return  # the client has gone
        await self.app(scope, _replay(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        headers = Headers(scope=scope)
        announced = _announced(headers)
        if announced == 0 and "transfer-encoding" not in headers:
            return b""
        limit = self._limit(headers)
        known = self.is_known(scope)
        if not known:
            limit = min(limit, STRANGER_BYTES)
        if announced is not None and announced > limit:
            raise _too_large(limit, known)
        large = limit > MOST_BYTES["application/json"]
        if large and self._large >= LARGE_AT_ONCE:
            raise RefusedError(429, "too-many-bodies", "Too many images are being sent at once. Try again in a moment.")
        self._large += large
        try:
            return await self._read(receive, limit, known)
        finally:
            self._large -= large

    @staticmethod
    def _limit(headers: Headers) -> int:
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise RefusedError(415, "encoded-body", "Send the body as it is, without a Content-Encoding.")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in MOST_BYTES:
            raise RefusedError(415, "kind-of-body", "Send JSON, or label voxels as application/octet-stream.")
        return MOST_BYTES[kind]

    async def _read(self, receive: Receive, limit: int, known: bool) -> bytes | None:
        pieces: list[bytes] = []
        length, start = 0, self.clock()
        while True:
            left = start + self.patience + length / LEAST_BYTES_A_SECOND - self.clock()
            try:
                message = await asyncio.wait_for(receive(), max(left, 0.0))
            except TimeoutError:
                raise RefusedError(408, "slow-body", "The body came too slowly. Send it again.") from None
            if message["type"] == "http.disconnect":
                return None
            pieces.append(message.get("body", b""))
            length += len(pieces[-1])
            if length > limit:
                raise _too_large(limit, known)
            if not message.get("more_body", False):
                return b"".join(pieces)


def _announced(headers: Headers) -> int | None:
    """Return the length that a request tells, 0 where it tells none and no body follows, None where it is open."""
    text = headers.get("content-length")
    if text is None:
        return None if "transfer-encoding" in headers else 0
    if not text.isascii() or not text.isdigit():
        raise RefusedError(400, "content-length", "The Content-Length is no number.")
    return int(text)


def _too_large(limit: int, known: bool) -> RefusedError:
    """Return the refusal; who is not in, and perhaps was when the work began, is told that and not of a size."""
    if not known:
        return RefusedError(401, "no-session", "Log in, or open the address that `hyoid view` printed.")
    return RefusedError(413, "large-body", f"The body is larger than the {limit} bytes that are taken.")


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()  # tells when the client goes
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
