"""All routers of annotations, for the server to hang behind its guards."""

from __future__ import annotations

from hyoid.app.routes import agreement, annotation, check, exports, operations, presence, progress

ROUTERS = (annotation.router, agreement.router, progress.router, exports.router)
"""Routers whose changes a reader may not ask for."""

LOOKING = (operations.router, check.router, presence.router)
"""Routers that annotate nothing: a reader may try an operation, have a label map checked, and be seen on a case."""
