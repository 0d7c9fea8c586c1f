"""The live check of what is drawn."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from hyoid.app.annotation.check import live_check
from hyoid.app.routes.given import AskingUser, Labels, Library

router = APIRouter(prefix="/api/cases/{case_id}", tags=["check"])


@router.post("/check")
def check(case_id: str, library: Library, _user: AskingUser, labels: Labels) -> dict[str, Any]:
    """Return the lesions of the label voxels and what the rules say of them."""
    return live_check(labels, library.pet(case_id), library.canonical(case_id))
