"""The page itself: files of the package by a list made at the start, and the address that opens it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from hyoid.app.routes.session import set_cookie
from hyoid.app.security.refusals import RefusedError, log_refusal

router = APIRouter()

USED = (
    "This address has been used, or is not the one that was printed last: each opens the page once.\n"
    "Press Enter where `hyoid view` runs, and it prints a new one; or stop it and start it again.\n"
)
UNBUILT = (
    "The page is not part of this installation. Build it: npm ci and npm run build in the folder web of the sources.\n"
)

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page: its bytes, its kind, and a name for its content."""

    content: bytes
    media_type: str
    tag: str


def page_files() -> Mapping[str, PageFile]:
    """Return the files of the page by their paths; only these are ever served."""
    found = {}
    for name, entry in _walk(files("hyoid.app") / "page", ""):
        kind = _TYPES.get(name[name.rfind(".") :])
        if kind is not None:
            content = entry.read_bytes()
            found[name] = PageFile(content, kind, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
    return MappingProxyType(found)


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif not entry.name.startswith("."):
            yield f"{prefix}{entry.name}", entry


@router.get("/", include_in_schema=False)
def first_page(request: Request) -> Response:
    """Serve the page, which holds no patient; with a right token, begin a session and go on to it without the token."""
    state = request.app.state
    offered = request.query_params.get("token")
    if offered is None or state.accounts is not None:
        return _file(request, "index.html")
    if not state.token.redeem(offered):
        log_refusal(request.scope, 403, "token")
        return PlainTextResponse(USED, 403)
    answer = RedirectResponse("/", 303)
    set_cookie(answer, state, state.sessions.start(state.local_user.name))
    return answer


@router.get("/{name:path}", include_in_schema=False)
def page_file(request: Request, name: str) -> Response:
    """Serve one of the page's files by its exact name."""
    return _file(request, name)


def _file(request: Request, name: str) -> Response:
    found: PageFile | None = request.app.state.page.get(name)
    if found is None:
        if name == "index.html":
            return PlainTextResponse(UNBUILT)
        raise RefusedError(404, "no-page", "There is no such page.")
    headers = {"ETag": found.tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == found.tag:
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)
