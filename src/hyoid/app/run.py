"""Running the server: the socket, the printed address, and a new address when Enter is pressed."""

from __future__ import annotations

import contextlib
import html
import os
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from fastapi import FastAPI

from hyoid.app.security.private import only_for_owner, open_to_others
from hyoid.app.security.refusals import log_to, stop_logging
from hyoid.app.server import create_app
from hyoid.app.settings import Settings
from hyoid.errors import HyoidError

CONNECTIONS = 200
"""Requests at once; more are answered 503."""

HEADER_BYTES = 16 * 2**10


def serve(settings: Settings, say: Callable[[str], None], *, open_browser: bool = True) -> None:
    """Serve until Ctrl-C.

    Parameters
    ----------
    settings
        What is served, where, and to whom.
    say
        Takes what is printed: the address first.
    open_browser
        Whether to open the page in this computer's browser.

    Raises
    ------
    HyoidError
        As `create_app`, or if the port cannot be listened on.
    """
    settings.check()
    with only_for_owner():
        _serve(settings, say, open_browser=open_browser)


def _serve(settings: Settings, say: Callable[[str], None], *, open_browser: bool) -> None:
    import uvicorn

    listening = _listen(settings)
    settings = replace(settings, port=listening.getsockname()[1])
    if settings.annotations is not None and (warning := open_to_others(settings.annotations)):
        say(warning)
    handlers = log_to(settings.annotations)
    try:
        with listening:
            app = create_app(settings)
            config = uvicorn.Config(
                app,
                access_log=False,  # it would print the token, and patients' ids
                log_level="warning",
                server_header=False,
                proxy_headers=False,
                ws="none",
                http="h11",  # the one that bounds what is held of headers
                limit_concurrency=CONNECTIONS,
                h11_max_incomplete_event_size=HEADER_BYTES,
                timeout_graceful_shutdown=5,
                ssl_certfile=settings.certificate,
                ssl_keyfile=settings.key,
            )
            server = uvicorn.Server(config)
            with (
                contextlib.suppress(KeyboardInterrupt),  # which uvicorn raises again when it has ended
                _announced(app, settings, say, open_browser=open_browser),
            ):
                server.run(sockets=[listening])
    finally:
        stop_logging(handlers)


def address_of(app: FastAPI, settings: Settings) -> str:
    """Return the address of the page, with the token where there is one."""
    name = settings.names[0] if settings.names else settings.host
    name = f"[{name}]" if ":" in name and not name.startswith("[") else name
    place = f"{settings.scheme}://{name}:{settings.port}/"
    return place if settings.with_accounts else f"{place}?token={app.state.token.renew()}"


def _listen(settings: Settings) -> socket.socket:
    host = settings.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let another process listen too
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, settings.port))
        listening.listen()  # the browser may be faster than the server
    except (OSError, OverflowError) as error:
        listening.close()
        raise HyoidError.of(
            f"{settings.host}:{settings.port}, which cannot be listened on ({error})",
            "a free port of this computer",
            "Choose another with --port; 0 takes a free one.",
        ) from error
    return listening


@contextlib.contextmanager
def _announced(app: FastAPI, settings: Settings, say: Callable[[str], None], *, open_browser: bool) -> Iterator[None]:
    """Print the address, and have the browser open it."""
    address = address_of(app, settings)
    say(f"Open {address}")
    if settings.with_accounts:
        say("Stop with Ctrl-C.")
    else:
        say("The address opens the page once. Press Enter for a new one, Ctrl-C to stop.")
        if sys.stdin is not None and sys.stdin.isatty():
            threading.Thread(target=_renew, args=(app, settings, say), daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="hyoid-") as folder:  # only this user may look into it
        if open_browser and _has_screen():
            webbrowser.open(_redirection(address, Path(folder)).as_uri())
        yield


def _renew(app: FastAPI, settings: Settings, say: Callable[[str], None]) -> None:
    for _ in sys.stdin:
        say(f"Open {address_of(app, settings)}")


def _has_screen() -> bool:
    """Whether a browser would get a window: one in the terminal would take it away from the server."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _redirection(address: str, folder: Path) -> Path:
    """Write a page that goes on to the address: as an argument of the browser's, all users of this computer saw it."""
    page = folder / "open.html"
    target = html.escape(address, quote=True)
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={target}">'
        f'<title>hyoid</title><a href="{target}">hyoid</a>',
        encoding="utf-8",
    )
    return page
