"""All routers of annotations; the server hangs them behind its guard."""

from __future__ import annotations

from hyoid.app.routes import agreement, annotation, check, operations, progress

ROUTERS = (annotation.router, operations.router, check.router, agreement.router, progress.router)
