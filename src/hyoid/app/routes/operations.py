"""What can be done to a label map, and doing it."""

from __future__ import annotations

import json
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from hyoid.app.operations import Drawing, list_operations, run_operation
from hyoid.app.routes.given import AskingUser, CurrentUser, Labels, Library, voxels

MAX_PARAMETERS = 4096
"""Longest JSON of parameters."""

router = APIRouter(prefix="/api", tags=["operations"])


@router.get("/operations")
def operations(_user: CurrentUser) -> list[dict[str, Any]]:
    """Return all operations with the schema of their parameters."""
    return list_operations()


@router.post("/cases/{case_id}/operations/{name}")
def operate(
    case_id: str,
    name: str,
    library: Library,
    _user: AskingUser,
    labels: Labels,
    parameters: Annotated[str, Query(max_length=MAX_PARAMETERS)] = "{}",
) -> Response:
    """Return the label voxels that an operation makes of those that were sent; nothing is saved."""
    order = library.canonical(case_id)
    drawing = Drawing(
        labels,
        order,
        pet=partial(library.pet, case_id),
        ct=partial(library.ct, case_id),
        layer=partial(library.layer, case_id),
    )
    outcome = run_operation(name, parameters, drawing)
    return voxels(outcome.labels.array, order, {"X-Hyoid-Notes": json.dumps(list(outcome.notes))})
