"""Images and label maps as NIfTI, in the browser's order of voxels."""

from __future__ import annotations

import json
from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from hyoid.app.annotation.wire import write_voxels
from hyoid.app.cases.canonical import Canonical
from hyoid.app.cases.images import UNITS
from hyoid.app.cases.library import LAYERS, CaseLibrary
from hyoid.app.cases.nifti_stream import length_of, nifti_chunks
from hyoid.app.security.refusals import RefusedError
from hyoid.geometry import Volume

router = APIRouter(prefix="/api")

NOTES_HEADER = "X-Hyoid-Notes"
VOXELS_HEADERS = {"X-Hyoid-Voxels": "gzip"}


@router.get("/cases/{case_id}/volumes/{name}.nii")
def image(request: Request, case_id: str, name: str) -> Response:
    """Send an image; the header `X-Hyoid-Notes` says, as JSON, what differs from the file."""
    library: CaseLibrary = request.app.state.library
    if name not in UNITS or name not in library.case(case_id).images:
        raise RefusedError(404, "no-image", "This case has no such image.")
    served = library.image(case_id, name)
    return _nifti(served.volume, served.notes)


@router.get("/cases/{case_id}/layers/{name}.nii")
def layer(request: Request, case_id: str, name: str) -> Response:
    """Send a label map on the reference grid."""
    return _nifti(_layer(request, case_id, name))


@router.get("/cases/{case_id}/layers/{name}/voxels")
def layer_voxels(request: Request, case_id: str, name: str) -> Response:
    """Send a label map as packed voxels."""
    labels = _layer(request, case_id, name)
    body = write_voxels(labels.array, Canonical.of(labels.grid))
    return Response(body, media_type="application/octet-stream", headers=VOXELS_HEADERS)


def _layer(request: Request, case_id: str, name: str) -> Volume:
    library: CaseLibrary = request.app.state.library
    found = library.layer(case_id, name) if name in LAYERS else None
    if found is None:
        library.case(case_id)
        raise RefusedError(404, "no-layer", "This case has no such label map.")
    return found


def _nifti(volume: Volume, notes: Sequence[str] = ()) -> Response:
    canonical = Canonical.of(volume.grid).volume(volume)
    headers = {"Content-Length": str(length_of(canonical)), NOTES_HEADER: json.dumps(list(notes))}
    return StreamingResponse(nifti_chunks(canonical), media_type="application/octet-stream", headers=headers)
