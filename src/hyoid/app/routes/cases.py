"""The cohort as a table, and one case's panel."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from hyoid.app.annotation import AnnotationStore
from hyoid.app.cases.rows import case_rows
from hyoid.app.security.dependencies import current_user
from hyoid.app.security.user import User
from hyoid.files import jsonable

router = APIRouter(prefix="/api")


@router.get("/cases")
def cases(request: Request, user: User = Depends(current_user)) -> JSONResponse:  # noqa: B008 - FastAPI's way
    """Return a row for each case that the user may see, and how many are still to be checked."""
    state = request.app.state
    visible = [case_id for case_id in state.library.ids if user.may_see(case_id)]
    rows = case_rows(state.library, state.reviews, visible)
    if state.annotations is not None:
        _add_annotations(rows, state.annotations)
    return JSONResponse(jsonable({"cases": rows, "waiting": state.reviews.waiting, "notes": _notes(state, user)}))


@router.get("/cases/{case_id}")
def case_panel(request: Request, case_id: str) -> JSONResponse:
    """Return everything about one case that is not voxels."""
    return JSONResponse(jsonable(request.app.state.panels.of(case_id)))


def _add_annotations(rows: list[dict[str, Any]], store: AnnotationStore) -> None:
    """Fill in who has annotated each case, and who is on it now."""
    newest, here = store.of_cohort(), store.presence.everywhere()
    for row in rows:
        row["annotations"] = [version.to_dict() for version in newest.get(row["id"], [])]
        row["editing"] = sorted({one.name for one in here.get(row["id"], [])})


def _notes(state: Any, user: User) -> list[str]:
    """Return what the reader of the cohort noted; it may name patients, so only who sees all of them reads it."""
    library = state.library
    return (
        [*state.notes, *(library.sentence(ValueError(note)) for note in library.cohort.notes)]
        if user.cases is None
        else []
    )
