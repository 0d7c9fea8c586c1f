"""Annotations: versions, protocol, presence, agreement, export, audit log."""

from hyoid.app.annotation.audit import Actor
from hyoid.app.annotation.errors import (
    AnnotationError,
    ConflictError,
    DamagedError,
    NotAllowedError,
    NotFoundError,
    TooLargeError,
)
from hyoid.app.annotation.records import Event, Version
from hyoid.app.annotation.store import AnnotationStore
from hyoid.app.annotation.wire import read_voxels, write_voxels

__all__ = [
    "Actor",
    "AnnotationError",
    "AnnotationStore",
    "ConflictError",
    "DamagedError",
    "Event",
    "NotAllowedError",
    "NotFoundError",
    "TooLargeError",
    "Version",
    "read_voxels",
    "write_voxels",
]
