"""Which label map of a case is exported: one author's version, or a consensus of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hyoid.app.annotation.agreement import Observed, consensus_of, ready_versions
from hyoid.app.annotation.errors import AnnotationError
from hyoid.app.annotation.export.request import ExportRequest
from hyoid.app.annotation.records import Version
from hyoid.app.annotation.store import AnnotationStore
from hyoid.geometry import Grid, Volume


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case's versions to be exported: one, or those that a consensus is made of."""

    case_id: str
    versions: tuple[Version, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what the manifest says of the case."""
        return {"id": self.case_id, "versions": [v.to_dict() for v in self.versions], "notes": list(self.notes)}


def choose(store: AnnotationStore, case_id: str, request: ExportRequest) -> Chosen | None:
    """Return the versions of a case that a request asks for, None where there are none.

    Raises
    ------
    AnnotationError
        If several authors' contours stand to choose from, or a consensus has fewer than two observers.
    """
    found = ready_versions(store, case_id, request.state)
    if request.author is not None:
        found = [version for version in found if version.author == request.author]
    if not found:
        return None
    names = ", ".join(version.author for version in found)
    if request.source == "author" and len(found) > 1:
        raise AnnotationError.of(
            f"contours of {case_id} by {names}", "one author's", "Name the author, or ask for a consensus."
        )
    if request.source != "author" and len(found) < 2:
        raise AnnotationError.of(
            f"contours of {case_id} by {names} alone", "two observers or more for a consensus", "Ask for the author's."
        )
    newest = {version.author: version for version in store.of_case(case_id)}
    notes = tuple(
        f"Version {newest[v.author].version} of {v.author} ({newest[v.author].state}) is newer than what was exported."
        for v in found
        if newest[v.author].version != v.version
    )
    return Chosen(case_id, tuple(found), notes)


def labels_of(store: AnnotationStore, chosen: Chosen, grid: Grid, source: str) -> tuple[Volume, tuple[str, ...]]:
    """Return the label map on the case's own grid, with what is to be known of a consensus; errors as the store's."""
    found = [Observed(version, store.voxels(version, grid)) for version in chosen.versions]
    if source == "author":
        return found[0].labels, ()
    agreed = consensus_of(found, source)
    return agreed.labels, agreed.notes
