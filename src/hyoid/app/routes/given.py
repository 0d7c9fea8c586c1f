"""What the routes of annotations are given: store, library, the user, and label voxels from a body."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import Depends, Request, Response
from numpy.typing import NDArray

from hyoid.app.annotation import (
    Actor,
    AnnotationStore,
    NotFoundError,
    TooLargeError,
    read_voxels,
    write_voxels,
)
from hyoid.app.annotation.wire import most_bytes
from hyoid.app.cases.canonical import Canonical
from hyoid.app.cases.library import CaseLibrary
from hyoid.app.security.dependencies import admin_user, changing_user, current_user, writing_user
from hyoid.app.security.user import User
from hyoid.geometry import Volume

CurrentUser = Annotated[User, Depends(current_user)]
AskingUser = Annotated[User, Depends(changing_user)]
WritingUser = Annotated[User, Depends(writing_user)]


def annotation_store(request: Request) -> AnnotationStore:
    """Return the server's store of annotations.

    Raises
    ------
    NotFoundError
        If the server was started without a folder for them.
    """
    store: AnnotationStore | None = request.app.state.annotations
    if store is None:
        raise NotFoundError.of(
            "a server that keeps no annotations", "one with a folder for them", "Start it with --annotations DIR."
        )
    return store


def case_library(request: Request) -> CaseLibrary:
    """Return the server's cases."""
    library: CaseLibrary = request.app.state.library
    return library


Store = Annotated[AnnotationStore, Depends(annotation_store)]
Library = Annotated[CaseLibrary, Depends(case_library)]


Admin = Annotated[User, Depends(admin_user)]


def is_alone(request: Request) -> bool:
    """Whether the user is the only one there can be: a server on loopback without accounts."""
    return request.app.state.accounts is None


async def label_bytes(request: Request, case_id: str, library: Library, _user: AskingUser) -> bytes:
    """Return the body of a request with label voxels, or stop reading when it is longer than any can be."""
    most = most_bytes(library.canonical(case_id))
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLargeError.of(
                f"a body of more than {most} bytes", "gzip of one byte for each voxel", "Send the labels alone."
            )
    return bytes(body)


def label_map(case_id: str, library: Library, body: Annotated[bytes, Depends(label_bytes)]) -> Volume:
    """Return the label map of a request's body on the case's own grid."""
    order = library.canonical(case_id)
    return Volume(read_voxels(body, order), order.grid)


Labels = Annotated[Volume, Depends(label_map)]


def voxels(array: NDArray[np.uint8], order: Canonical, headers: dict[str, str] | None = None) -> Response:
    """Return the answer that carries a label map of the case's own grid."""
    named = {"X-Hyoid-Voxels": "gzip", **(headers or {})}
    return Response(write_voxels(array, order), media_type="application/octet-stream", headers=named)


def actor(request: Request, user: User) -> Actor:
    """Return who asks, and from which address, for the audit log."""
    return Actor(user.name, request.client.host if request.client else "")
