"""Requests about the annotations of a case: read, save, take to another state, and who is on it now."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from hyoid.app.annotation import Version
from hyoid.app.annotation.audit import MAX_TEXT
from hyoid.app.annotation.independence import check_seen, seen_by
from hyoid.app.annotation.records import Event
from hyoid.app.annotation.states import SUBMITTED
from hyoid.app.annotation.submission import check_submission
from hyoid.app.routes.given import (
    CurrentUser,
    Labels,
    Library,
    Store,
    WritingUser,
    actor,
    is_alone,
    voxels,
)

router = APIRouter(prefix="/api/cases/{case_id}", tags=["annotation"])


class StateChange(BaseModel):
    """What is asked of a version's state."""

    model_config = ConfigDict(extra="forbid")

    to: str
    version: int = Field(ge=1)
    reason: str = Field("", max_length=MAX_TEXT)


@router.get("/annotation")
def annotation(case_id: str, library: Library, store: Store, user: CurrentUser) -> dict[str, Any]:
    """Return one's own newest version, the others', the history, and who is on the case."""
    case_id = library.case(case_id).id
    newest = store.of_case(case_id)
    mine = next((version.to_dict() for version in newest if version.author == user.name), None)
    return {
        "mine": mine,
        "others": [version.to_dict() for version in newest if version.author != user.name],
        "history": [_line(event) for event in store.history(case_id)],
        "editing": [here.to_dict() for here in store.presence.on_case(case_id) if here.name != user.name],
    }


@router.get("/annotation/{author}/{version}/voxels")
def version_voxels(
    case_id: str, author: str, version: int, library: Library, store: Store, user: CurrentUser
) -> Response:
    """Return the label voxels of a version; another observer's are refused until both have handed in."""
    order = library.canonical(case_id)
    found = store.version(case_id, author, version)
    check_seen(found, seen_by(store, case_id, user.name, user.role))
    return voxels(store.voxels(found, order.grid).array, order, {"X-Hyoid-Hash": found.hash})


@router.put("/annotation", status_code=201)
def save(
    request: Request,
    case_id: str,
    base: Annotated[int, Query(ge=0)],
    user: WritingUser,
    labels: Labels,
    store: Store,
) -> dict[str, Any]:
    """Save the label voxels as the next version of one's own chain."""
    who = actor(request, user)
    saved = store.save(case_id, user.name, labels, base, who.origin)
    return {**saved.to_dict(), "note": saved.note}


@router.post("/annotation/{author}/state")
def change_state(
    request: Request, case_id: str, author: str, change: StateChange, library: Library, store: Store, user: WritingUser
) -> dict[str, Any]:
    """Take a version to another state of the protocol."""
    found = store.version(library.case(case_id).id, author, change.version)
    if change.to == SUBMITTED and author == user.name:
        check_submission(_labels(found, library, store), library.pet(case_id))
    who = actor(request, user)
    changed = store.change_state(found, change.to, who, user.role, change.reason, alone=is_alone(request))
    return changed.to_dict()


def _labels(version: Version, library: Library, store: Store) -> Any:
    return store.voxels(version, library.reference_grid(version.case_id))


def _line(event: Event) -> dict[str, Any]:
    state = event.detail.get("to", "draft")
    return {
        "author": event.author,
        "version": event.version,
        "state": state,
        "hash": event.detail.get("hash", ""),
        "saved_at": event.at,
        "event": event.what,
        "who": event.who,
        "reason": event.reason,
    }
