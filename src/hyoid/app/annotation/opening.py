"""Opening the annotations of a cohort that is served."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

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
