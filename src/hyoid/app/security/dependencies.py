"""What a route asks for: who the user is, whether the request may change something, whether a case may be seen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.datastructures import Headers

from hyoid.app.security.hosts import SAFE_METHODS
from hyoid.app.security.refusals import RefusedError
from hyoid.app.security.sessions import Session
from hyoid.app.security.user import User

CSRF_HEADER = "X-Hyoid-CSRF"

_OF_CASE = re.compile(r"/api/cases/([^/]+)(?:/|$)")


def cookie_name(state: Any) -> str:
    """Return the name of the session's cookie; ports of one computer share cookies, so it has the port in it."""
    prefix = "__Host-" if state.settings.with_tls else ""
    return f"{prefix}hyoid-{state.settings.port}"


def cookie_of(scope: Mapping[str, Any], state: Any) -> str | None:
    """Return the session cookie of a request, None where there is none or it cannot be read."""
    for header in Headers(scope=dict(scope)).getlist("cookie"):
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            if name == cookie_name(state):
                return value
    return None


def session_of(scope: Mapping[str, Any], state: Any) -> tuple[Session, User] | None:
    """Return the session of a request with the user as the accounts have it now; None where there is none."""
    session = state.sessions.find(cookie_of(scope, state))
    if session is None:
        return None
    if state.accounts is None:
        return session, state.local_user
    user = state.accounts.find(session.name)
    if user is None or session.stamp != state.accounts.stamp(session.name):
        return None  # the account was removed, or its password changed
    return session, user


def current_user(request: Request) -> User:
    """Return who asks.

    Raises
    ------
    RefusedError
        401 without a session.
    """
    return _session(request)[1]


def changing_user(request: Request) -> User:
    """Return who asks for something that is no mere look; a reader may, where nothing is written.

    Raises
    ------
    RefusedError
        401 without a session, 403 without the session's secret or from another page than our own.
    """
    session, user = _session(request)
    if request.headers.get("origin") not in request.app.state.settings.origins():
        raise RefusedError(403, "foreign-origin", "Only this server's own page may ask for that.")
    if not session.allows(request.headers.get(CSRF_HEADER, "")):
        raise RefusedError(
            403, "csrf", f"The header {CSRF_HEADER} is missing or old: this browser has come in anew since."
        )
    return user


def writing_user(request: Request) -> User:
    """Return who wants to write; errors as `changing_user`, and 403 for a reader."""
    user = changing_user(request)
    if user.role == "reader":
        raise RefusedError(403, "role", "Your account may look and not change. Ask an admin for another role.")
    return user


def admin_user(request: Request) -> User:
    """Return an admin; errors as `current_user` or, for a change, `writing_user`, and 403 for others."""
    user = current_user(request) if request.method in SAFE_METHODS else writing_user(request)
    if user.role != "admin":
        raise RefusedError(403, "role", "Only an admin may do that.")
    return user


def guard(request: Request) -> None:
    """Refuse every request of who has not come in, every change without its secret, and every case of another user.

    All routers but the session's own hang behind this, so that one that asks for nothing is not open to all. A case
    that the user may not see is answered as one that does not exist.

    Raises
    ------
    RefusedError
        401, 403 or 404.
    """
    _check_case(request, current_user(request) if request.method in SAFE_METHODS else writing_user(request))


def guard_of_looking(request: Request) -> None:
    """Refuse as `guard`, but let a reader ask by POST for what only computes and writes nothing."""
    _check_case(request, current_user(request) if request.method in SAFE_METHODS else changing_user(request))


def _check_case(request: Request, user: User) -> None:
    found = _OF_CASE.match(request.scope["path"])  # decoded, as the routes see it
    if found is not None and not user.may_see(found[1]):
        raise RefusedError(404, "case-of-another", "There is no such case in this cohort.")


def _session(request: Request) -> tuple[Session, User]:
    found = session_of(request.scope, request.app.state)
    if found is None:
        raise RefusedError(401, "no-session", "Log in, or open the address that `hyoid view` printed.")
    request.scope.setdefault("state", {})["user_name"] = found[1].name
    return found
