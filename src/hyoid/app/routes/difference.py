"""Where two label maps of a case differ, voxel by voxel."""

from __future__ import annotations

import re

import numpy as np
from fastapi import APIRouter, Request
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from hyoid.app.annotation.independence import check_seen, seen_by
from hyoid.app.annotation.wire import write_voxels
from hyoid.app.cases.library import LAYERS, CaseLibrary
from hyoid.app.routes.given import AskingUser
from hyoid.app.routes.volumes import VOXELS_HEADERS
from hyoid.app.security.refusals import RefusedError
from hyoid.app.security.user import User

router = APIRouter(prefix="/api")

BOTH, ONLY_FIRST, ONLY_SECOND, OTHER_LABEL = 1, 2, 3, 4
"""Values of the difference: the same label in both, a label in one alone, a label in both and not the same."""

_VERSION = re.compile(r"([^@]{1,128})@([1-9][0-9]{0,8})")


class Pair(BaseModel):
    """Two label maps: `expert`, `predicted`, or `author@version`."""

    model_config = ConfigDict(extra="forbid")

    first: str = Field(max_length=160)
    second: str = Field(max_length=160)


@router.post("/cases/{case_id}/difference")
def difference(request: Request, case_id: str, pair: Pair, user: AskingUser) -> Response:
    """Send the difference of two label maps as packed voxels."""
    library: CaseLibrary = request.app.state.library
    order = library.canonical(case_id)
    first, second = (_labels(request, case_id, name, user) for name in (pair.first, pair.second))
    body = write_voxels(compare(first, second), order)
    return Response(body, media_type="application/octet-stream", headers=VOXELS_HEADERS)


def compare(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the difference of two label maps (z, y, x), 0 where both are background."""
    found = np.zeros(first.shape, np.uint8)
    found[(first > 0) & (first == second)] = BOTH
    found[(first > 0) & (second == 0)] = ONLY_FIRST
    found[(first == 0) & (second > 0)] = ONLY_SECOND
    found[(first > 0) & (second > 0) & (first != second)] = OTHER_LABEL
    return found


def _labels(request: Request, case_id: str, name: str, user: User) -> NDArray[np.uint8]:
    state = request.app.state
    if name in LAYERS:
        layer = state.library.layer(case_id, name)
        if layer is not None:
            array: NDArray[np.uint8] = layer.array
            return array
    elif (named := _VERSION.fullmatch(name)) is not None and state.annotations is not None:
        version = state.annotations.version(case_id, named[1], int(named[2]))
        check_seen(version, seen_by(state.annotations, case_id, user.name, user.role))
        labels: NDArray[np.uint8] = state.annotations.voxels(version, state.library.reference_grid(case_id)).array
        return labels
    raise RefusedError(404, "no-layer", "This case has no such label map.")
