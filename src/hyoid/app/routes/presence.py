"""Who is on a case now."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from hyoid.app.annotation.presence import MAX_TAB
from hyoid.app.routes.given import AskingUser, Library, Store

TAB = r"^[A-Za-z0-9_-]*$"
"""What a window of a browser may be called."""

router = APIRouter(prefix="/api/cases/{case_id}", tags=["presence"])


@router.put("/presence")
def presence(
    case_id: str,
    library: Library,
    store: Store,
    user: AskingUser,
    tab: Annotated[str, Query(max_length=MAX_TAB, pattern=TAB)] = "",
) -> dict[str, Any]:
    """Note that the user is on the case; returns who else is, other windows of the same account among them."""
    others = store.presence.beat(library.case(case_id).id, user.name, tab)
    return {"others": [here.to_dict() for here in others]}


@router.delete("/presence", status_code=204)
def leave(
    case_id: str,
    library: Library,
    store: Store,
    user: AskingUser,
    tab: Annotated[str, Query(max_length=MAX_TAB, pattern=TAB)] = "",
) -> None:
    """Note that the user has left the case."""
    store.presence.leave(library.case(case_id).id, user.name, tab)
