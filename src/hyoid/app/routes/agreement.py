"""How far the annotators of a case agree, and their consensus."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Response

from hyoid.app.annotation.agreement import agreement as agreement_of
from hyoid.app.annotation.agreement import consensus_of, observers
from hyoid.app.annotation.independence import seen_by
from hyoid.app.routes.given import CurrentUser, Library, Store, voxels

router = APIRouter(prefix="/api/cases/{case_id}", tags=["agreement"])


@router.get("/agreement")
def agreement(case_id: str, library: Library, store: Store, user: CurrentUser, state: str = "draft") -> dict[str, Any]:
    """Return the DSC of each pair of annotators; `state` is the least that their versions must be in.

    What an annotator may not see yet is left out.
    """
    grid, sees = library.reference_grid(case_id), seen_by(store, case_id, user.name, user.role)
    return agreement_of(observers(store, case_id, grid, state, sees))


@router.get("/consensus/{method}/voxels")
def consensus(
    case_id: str, method: str, library: Library, store: Store, user: CurrentUser, state: str = "draft"
) -> Response:
    """Return the consensus of the annotators as label voxels; the header `X-Hyoid-Notes` has what is to be known."""
    order, sees = library.canonical(case_id), seen_by(store, case_id, user.name, user.role)
    found = consensus_of(observers(store, case_id, order.grid, state, sees), method)
    return voxels(found.labels.array, order, {"X-Hyoid-Notes": json.dumps(list(found.notes))})
