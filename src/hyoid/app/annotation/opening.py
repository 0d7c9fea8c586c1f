"""Opening the annotations of a cohort that is served."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import Any

from hyoid.app.annotation.store import AnnotationStore
from hyoid.app.cases.library import CaseLibrary
from hyoid.errors import HyoidError

LOGGER = logging.getLogger("hyoid.app.annotation")


def open_annotations(folder: Path, database_url: str | None, library: CaseLibrary) -> AnnotationStore:
    """Open a folder of annotations and hold it against the cohort; what does not fit is logged.

    Raises
    ------
    AnnotationError
        If it cannot be opened, or none of its annotations is of this cohort.
    """
    store = AnnotationStore(folder, database_url)
    try:
        said = store.check_cohort({case_id: partial(library.reference_grid, case_id) for case_id in library.ids})
    except HyoidError:
        store.close()
        raise
    for sentence in said:
        LOGGER.warning("%s", sentence)
    return store


def with_annotations(rows: list[dict[str, Any]], store: AnnotationStore | None) -> list[dict[str, Any]]:
    """Return the rows of the cohort's table with who annotated each case and who is on it now."""
    if store is None:
        return rows
    versions, here = store.of_cohort(), store.presence.everywhere()
    return [
        {
            **row,
            "annotations": [version.to_dict() for version in versions.get(row["id"], [])],
            "editing": sorted({one.name for one in here.get(row["id"], [])}),
        }
        for row in rows
    ]
