"""How far the annotators have come."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from hyoid.app.annotation.states import STATES
from hyoid.app.routes.given import CurrentUser, Library, Store

router = APIRouter(prefix="/api", tags=["progress"])


@router.get("/progress")
def progress(library: Library, store: Store, user: CurrentUser) -> dict[str, Any]:
    """Return for each annotator how many cases stand in which state, of those that the user may see."""
    visible = {case_id for case_id in library.ids if user.may_see(case_id)}
    counts: dict[str, dict[str, int]] = {}
    for case_id, versions in store.of_cohort().items():
        for version in versions if case_id in visible else []:
            counts.setdefault(version.author, dict.fromkeys(STATES, 0))[version.state] += 1
    return {"total": len(visible), "annotators": [{"name": name, **counts[name]} for name in sorted(counts)]}
