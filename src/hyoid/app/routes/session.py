"""Coming in and going out."""

from __future__ import annotations

import math
import threading
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from hyoid.app.cases.answers import DISCLAIMER
from hyoid.app.security.dependencies import changing_user, cookie_name, cookie_of, session_of
from hyoid.app.security.passwords import MOST_CHARACTERS
from hyoid.app.security.refusals import RefusedError
from hyoid.app.security.sessions import MOST_SECONDS
from hyoid.version import __version__

router = APIRouter(prefix="/api")

CHECKS_AT_ONCE = 4
_CHECKS = threading.BoundedSemaphore(CHECKS_AT_ONCE)  # each holds a thread while it waits for its turn


class Login(BaseModel):
    """What the login form sends."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=64)
    password: str = Field(max_length=MOST_CHARACTERS)


def set_cookie(answer: Response, state: Any, value: str) -> None:
    """Give the browser a session: sent back to this server alone, by its own pages alone, and hidden from scripts."""
    answer.set_cookie(
        cookie_name(state),
        value,
        max_age=int(MOST_SECONDS),
        path="/",
        secure=state.settings.with_tls,
        httponly=True,
        samesite="strict",
    )


@router.get("/me")
def me(request: Request) -> JSONResponse:
    """Return who is in, with the secret for changing requests; 401, with how to come in, for who is not."""
    state = request.app.state
    common = {"accounts": state.accounts is not None, "version": __version__, "disclaimer": DISCLAIMER}
    found = session_of(request.scope, state)
    if found is None:
        sentence = "Log in." if state.accounts is not None else "Open the address that `hyoid view` printed."
        return JSONResponse({"error": sentence, **common}, 401)
    session, user = found
    library = state.library
    return JSONResponse(
        {
            "name": user.name,
            "role": user.role,
            "csrf": session.csrf,
            "cohort": library.cohort.root.resolve().name,
            "predictions": library.predictions is not None,
            "annotations": state.annotations is not None,
            **common,
        }
    )


@router.post("/login")
def login(request: Request, body: Login) -> JSONResponse:
    """Begin a session by name and password; after too many failures one has to wait."""
    state = request.app.state
    if state.accounts is None:
        raise RefusedError(404, "no-accounts", "This server has no accounts: open the address that it printed.")
    address = request.client.host if request.client else "?"
    wait = state.throttle.attempt(body.name, address)
    if wait > 0:
        minutes = math.ceil(wait / 60)
        raise RefusedError(
            429,
            "throttled",
            f"Too many failed logins. Try again in {minutes} min.",
            {"Retry-After": str(math.ceil(wait))},
        )
    if not _CHECKS.acquire(blocking=False):
        raise RefusedError(429, "too-many-logins", "Many are logging in just now. Try again in a moment.")
    try:
        user = state.accounts.verify(body.name, body.password)
    finally:
        _CHECKS.release()
    if user is None:
        raise RefusedError(401, "login", "Name and password do not belong together.")
    state.throttle.succeeded(body.name, address)
    answer = JSONResponse({"name": user.name, "role": user.role})
    state.sessions.end(cookie_of(request.scope, state))
    set_cookie(answer, state, state.sessions.start(user.name, state.accounts.stamp(user.name)))
    return answer


@router.post("/logout")
def logout(request: Request) -> JSONResponse:
    """End the session."""
    changing_user(request)
    state = request.app.state
    state.sessions.end(cookie_of(request.scope, state))
    answer = JSONResponse({})
    answer.delete_cookie(cookie_name(state), path="/", secure=state.settings.with_tls, httponly=True, samesite="strict")
    return answer
