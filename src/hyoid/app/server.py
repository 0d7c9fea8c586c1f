"""The application: its state, its layers of refusal, its routes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import Scope

from hyoid.app.annotation import AnnotationError, AnnotationStore
from hyoid.app.cases.library import CaseLibrary, UnknownCaseError
from hyoid.app.cases.panel import Panels
from hyoid.app.cases.reviews import Reviews
from hyoid.app.cases.worker import Worker
from hyoid.app.routes import annotating, cases, difference, pages, session, volumes
from hyoid.app.security.accounts import Accounts
from hyoid.app.security.bodies import BodiesMiddleware
from hyoid.app.security.dependencies import guard, guard_of_looking, session_of
from hyoid.app.security.faults import FaultsMiddleware
from hyoid.app.security.headers import HeadersMiddleware
from hyoid.app.security.hosts import HostsMiddleware
from hyoid.app.security.one_time_token import OneTimeToken
from hyoid.app.security.refusals import RefusedError, log_refusal
from hyoid.app.security.sessions import Sessions
from hyoid.app.security.throttle import Throttle
from hyoid.app.security.user import local_user
from hyoid.app.settings import Settings
from hyoid.cohort import read_cohort
from hyoid.errors import HyoidError
from hyoid.geometry import Grid

REVIEWS_FOLDER = "reviews"

GUARDED = (cases.router, volumes.router, *annotating.ROUTERS)
"""Routers behind `guard`: who has not come in gets nothing of them."""

LOOKED_AT = (difference.router, *annotating.LOOKING)
"""Routers behind `guard_of_looking`: they compute on what is sent, and readers may ask them."""

_LOGGED = frozenset({400, 401, 403, 404, 405, 408, 409, 413, 415, 422, 429})


def create_app(settings: Settings, worker: Worker | None = None) -> FastAPI:
    """Return the application that `hyoid view` runs.

    Parameters
    ----------
    settings
        Checked here; the port must be the one that is listened on, for it is part of the names that are answered to.
    worker
        Who reviews the cases in the background; a process of its own by default.

    Raises
    ------
    HyoidError
        If the settings are refused, there are no accounts where there have to be, or no cohort.
    """
    settings.check()
    accounts = Accounts.existing(settings.accounts_file) if settings.with_accounts else None
    library = CaseLibrary(read_cohort(settings.cohort, settings.columns), settings.predictions)
    folder = settings.annotations
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan)
    state = app.state
    state.settings, state.accounts, state.library = settings, accounts, library
    state.token, state.sessions, state.throttle, state.local_user = OneTimeToken(), Sessions(), Throttle(), local_user()
    state.annotations = None if folder is None else AnnotationStore(folder, settings.database)
    state.notes = _compared(library, state.annotations)
    state.reviews = Reviews(library, worker, None if folder is None else folder / REVIEWS_FOLDER)
    state.panels = Panels(library, state.reviews)
    state.page = pages.page_files()
    app.include_router(session.router)
    for router in GUARDED:
        app.include_router(router, dependencies=[Depends(guard)])
    for router in LOOKED_AT:
        app.include_router(router, dependencies=[Depends(guard_of_looking)])
    app.include_router(pages.router)
    _add_layers(app, settings)
    state.identify = partial(_identify, app)
    return app


def _identify(app: FastAPI, scope: Scope) -> None:
    """Put route and user into the scope of a request that never came to its route, for the log of refusals."""
    routers = (session.router, *GUARDED, *LOOKED_AT, pages.router)
    found = [(route.matches(scope)[0], route) for router in routers for route in router.routes]
    best = max(found, key=lambda one: one[0].value)  # a route of another method is told too
    if best[0] is not Match.NONE:
        scope["route"] = best[1]
    known = session_of(scope, app.state)
    if known is not None:
        scope.setdefault("state", {}).setdefault("user_name", known[1].name)


def _compared(library: CaseLibrary, store: AnnotationStore | None) -> list[str]:
    """Return a sentence on each annotation that does not fit the cohort; none at all fits only another cohort."""
    if store is None:
        return []

    def grid_of(case_id: str) -> Grid:
        try:
            return library.reference_grid(case_id)
        except HyoidError as error:
            raise AnnotationError(f"Annotations of {case_id} have no image to lie on: {error}") from error

    grids = {case_id: partial(grid_of, case_id) for case_id in library.ids}
    return [library.sentence(ValueError(text)) for text in store.check_cohort(grids)]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.reviews.start()
    try:
        yield
    finally:
        app.state.reviews.stop()
        if app.state.annotations is not None:
            app.state.annotations.close()


def _add_layers(app: FastAPI, settings: Settings) -> None:
    """Add what a request passes before the routes; the last one that is added is passed first."""
    app.add_exception_handler(HyoidError, _of_input)
    app.add_exception_handler(RequestValidationError, _of_shape)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_middleware(BodiesMiddleware, is_known=partial(_is_known, state=app.state))
    app.add_middleware(HostsMiddleware, hosts=settings.hosts(), origins=settings.origins())
    app.add_middleware(FaultsMiddleware)
    app.add_middleware(HeadersMiddleware)


def _is_known(scope: Scope, state: Any) -> bool:
    return session_of(scope, state) is not None


async def _of_input(request: Request, error: Exception) -> Response:
    """Answer with the sentence of an error, without this machine's folders."""
    status = 404 if isinstance(error, UnknownCaseError) else getattr(error, "status", 422)
    reason = error.reason if isinstance(error, RefusedError) else type(error).__name__
    content = {"error": request.app.state.library.sentence(error)}
    if status == 409:
        content["current"] = getattr(error, "current", None)
    return _answer(request, status, reason, content, getattr(error, "headers", {}))


async def _of_shape(request: Request, error: Exception) -> Response:
    """Answer where a request has not the shape that the route asks for; what it held is not repeated."""
    fields = ", ".join(".".join(str(part) for part in one["loc"]) for one in getattr(error, "errors", list)())
    return _answer(request, 422, "shape", {"error": f"The request is not of the expected shape: look at {fields}."})


async def _of_http(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    words = {404: "There is nothing at this address.", 405: "That cannot be done at this address."}
    content = {"error": words.get(status, "The request was refused.")}
    return _answer(request, status, "http", content, getattr(error, "headers", None) or {})


def _answer(
    request: Request, status: int, reason: str, content: dict[str, Any], headers: dict[str, str] | None = None
) -> Response:
    if status in _LOGGED:
        log_refusal(request.scope, status, reason)
    return JSONResponse(content, status, headers)
