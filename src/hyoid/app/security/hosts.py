"""Only requests to this server by its own name, and from pages that it sent itself."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from hyoid.app.security.answers import refuse
from hyoid.app.security.refusals import RefusedError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SAME = ("same-origin", "none")  # none: typed, or a bookmark


class HostsMiddleware:
    """Refuses a foreign Host (DNS rebinding), a foreign Origin, and a change without an Origin.

    A page of another server can make a browser send requests here. It cannot choose the Host of its own name's
    requests, nor the Origin of any.
    """

    def __init__(self, app: ASGIApp, hosts: AbstractSet[str], origins: AbstractSet[str]) -> None:
        self.app, self.hosts, self.origins = app, hosts, origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http":
            try:
                self._check(scope)
            except RefusedError as error:
                await refuse(error, scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            raise RefusedError(400, "foreign-host", "This server does not go by that name. Use the printed address.")
        changing = scope["method"] not in SAFE_METHODS
        if any(origin not in self.origins for origin in origins) or len(origins) > 1 or (changing and not origins):
            raise RefusedError(403, "foreign-origin", "Only this server's own page may ask for that.")
        site = headers.get("sec-fetch-site", "none")
        if scope["path"].startswith("/api/") and site not in _SAME:
            raise RefusedError(403, "foreign-site", "Only this server's own page may ask for that.")
