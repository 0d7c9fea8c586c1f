"""Exports, the audit log, and the state of the store, for admins."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import StreamingResponse

from hyoid.app.annotation.export import ExportRequest, Exports, zip_chunks
from hyoid.app.annotation.records import now
from hyoid.app.routes.given import Admin, Library, Store, actor

router = APIRouter(prefix="/api", tags=["exports"])


def exports_of(store: Store, library: Library) -> Exports:
    """Return the exports of the server's annotations."""
    return Exports(store, library, now)


TheExports = Annotated[Exports, Depends(exports_of)]


@router.post("/exports", status_code=201)
def export(
    request: Request, wanted: ExportRequest, exports: TheExports, library: Library, user: Admin
) -> dict[str, Any]:
    """Write an export of all cases that the user may see."""
    visible = [case_id for case_id in library.ids if user.may_see(case_id)]
    return exports.make(wanted, visible, actor(request, user)).to_dict()


@router.get("/exports")
def list_exports(exports: TheExports, _user: Admin) -> list[str]:
    """Return the ids of all exports, the oldest first."""
    return exports.ids()


@router.get("/exports/{export_id}.zip")
def archive(request: Request, export_id: str, exports: TheExports, store: Store, user: Admin) -> StreamingResponse:
    """Send an export as a zip archive."""
    folder, who = exports.path(export_id), actor(request, user)
    store.audit.record(who.name, "downloaded", who.origin, id=export_id)
    named = {"Content-Disposition": f'attachment; filename="hyoid-{export_id}.zip"'}
    return StreamingResponse(zip_chunks(folder), media_type="application/zip", headers=named)


@router.get("/audit")
def audit(store: Store, _user: Admin) -> StreamingResponse:
    """Send the audit log as JSON Lines."""
    named = {"Content-Disposition": 'attachment; filename="hyoid-audit.jsonl"'}
    return StreamingResponse(store.audit.lines(), media_type="application/x-ndjson", headers=named)


@router.get("/storage")
def storage(store: Store, _user: Admin) -> dict[str, Any]:
    """Return how many versions there are, files that no version names, and versions whose files are gone."""
    return store.storage()
