"""What is refused here, and the HTTP status that says so."""

from __future__ import annotations

from typing import Any

from hyoid.errors import HyoidError


class AnnotationError(HyoidError):
    """An annotation, or a request about one, that cannot be taken as it is."""

    status = 422


class NotFoundError(AnnotationError):
    """No such case, version or export."""

    status = 404


class NotAllowedError(AnnotationError):
    """The user may not do this."""

    status = 403


class TooLargeError(AnnotationError):
    """More bytes than the image has voxels."""

    status = 413


class ConflictError(AnnotationError):
    """Somebody saved in between; `current` is what stands now, as `Version.to_dict` gives it, None for nothing."""

    status = 409

    def __init__(self, sentence: str, current: dict[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.current = current


class DamagedError(AnnotationError):
    """What lies on disk is not what the database says was written."""

    status = 500
