"""Which label maps are exported: each author's versions, or a consensus of several."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hyoid.app.annotation.agreement import Observed, consensus_of, ready_versions
from hyoid.app.annotation.export.request import ExportRequest
from hyoid.app.annotation.records import Version
from hyoid.app.annotation.store import AnnotationStore
from hyoid.geometry import Grid, Volume

Told = dict[str, str]
"""Why a case was left out, by id."""

_NOT_SAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case's versions to be exported: one, or those that a consensus is made of."""

    case_id: str
    versions: tuple[Version, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what the manifest says of the case."""
        return {"id": self.case_id, "versions": [v.to_dict() for v in self.versions], "notes": list(self.notes)}


Group = dict[str, Chosen]
"""Versions to be exported by case id: one cohort."""


def choose(store: AnnotationStore, case_ids: Iterable[str], request: ExportRequest) -> tuple[dict[str, Group], Told]:
    """Return the cohorts that a request makes, by folder name, and by case id why one is in none.

    Contours of authors are one cohort, its folder unnamed, as long as no case has two of them; else each author's are a
    cohort in a folder of its own, so that nobody's are chosen over another's. A consensus is one cohort.
    """
    single: Group = {}
    several: dict[str, Group] = {}
    left_out: Told = {}
    crowded = False
    for case_id in case_ids:
        found = _asked_for(store, case_id, request)
        if not found:
            continue
        notes = _newer(store, case_id, found)
        if request.source != "author":
            if len(found) < 2:
                left_out[case_id] = f"Found contours by {found[0].author} alone; a consensus is of two or more."
            else:
                single[case_id] = Chosen(case_id, tuple(found), notes)
            continue
        crowded = crowded or len(found) > 1
        for version in found:
            own = tuple(note for note in notes if f" of {version.author} " in note)
            single[case_id] = several.setdefault(version.author, {})[case_id] = Chosen(case_id, (version,), own)
    if not crowded:
        return {"": single}, left_out
    names = folder_names(several)
    return {names[author]: group for author, group in several.items()}, left_out


def folder_names(authors: Iterable[str]) -> dict[str, str]:
    r"""Return a folder name for each author, all different, capitals aside.

    >>> folder_names(["anna", "HOSPITAL\\anna", "Anna", ".."])
    {'anna': 'anna', 'HOSPITAL\\anna': 'HOSPITAL_anna', 'Anna': 'Anna-2', '..': 'author'}
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for author in authors:
        plain = _NOT_SAFE.sub("_", author).strip(".") or "author"
        name, number = plain, 1
        while name.lower() in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name.lower())
        names[author] = name
    return names


def _asked_for(store: AnnotationStore, case_id: str, request: ExportRequest) -> list[Version]:
    found = ready_versions(store, case_id, request.state)
    return [version for version in found if request.author in {None, version.author}]


def _newer(store: AnnotationStore, case_id: str, found: list[Version]) -> tuple[str, ...]:
    """Return a sentence for each author whose newest version is not the one that is exported."""
    newest = {version.author: version for version in store.of_case(case_id)}
    return tuple(
        f"Version {newest[v.author].version} of {v.author} ({newest[v.author].state}) is newer than what was exported."
        for v in found
        if newest[v.author].version != v.version
    )


def labels_of(store: AnnotationStore, chosen: Chosen, grid: Grid, source: str) -> tuple[Volume, tuple[str, ...]]:
    """Return the label map on the case's own grid, with what is to be known of a consensus; errors as the store's."""
    found = [Observed(version, store.voxels(version, grid)) for version in chosen.versions]
    if source == "author":
        return found[0].labels, ()
    agreed = consensus_of(found, source)
    return agreed.labels, agreed.notes
