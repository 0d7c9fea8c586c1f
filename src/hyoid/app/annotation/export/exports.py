"""Exports: each a folder of its own under `ANNOTATIONS/exports`, whole or not there, with a manifest of hashes."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hyoid.app.annotation.audit import Actor
from hyoid.app.annotation.errors import AnnotationError, NotFoundError
from hyoid.app.annotation.export.chosen import Chosen, Group, choose, labels_of
from hyoid.app.annotation.export.dicom import write_dicom
from hyoid.app.annotation.export.request import ExportRequest
from hyoid.app.annotation.records import utc
from hyoid.app.annotation.store import AnnotationStore
from hyoid.app.cases.library import CaseLibrary
from hyoid.cohort import Case
from hyoid.cohort.write import LabelsOf, WrittenCohort, write_hecktor, write_nnunet
from hyoid.errors import HyoidError
from hyoid.files import sha256_of_file, write_json
from hyoid.geometry import Volume
from hyoid.version import __version__

MANIFEST = "manifest.json"

LEFTOVER_SECONDS = 24 * 3600.0
"""Hidden folders of exports that were cut off are removed when they are older than this."""


@dataclass(frozen=True, slots=True)
class Exported:
    """An export: its id, its files by path within it, and what is to be known."""

    id: str
    files: tuple[str, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what the page is told."""
        return {"id": self.id, "files": list(self.files), "notes": list(self.notes)}


class Exports:
    """The exports of a cohort's annotations."""

    def __init__(self, store: AnnotationStore, library: CaseLibrary, clock: Callable[[], datetime]) -> None:
        self._store, self._library, self._clock = store, library, clock
        self.folder = store.folder / "exports"

    def make(self, request: ExportRequest, case_ids: Iterable[str], actor: Actor) -> Exported:
        """Write an export of these cases and note it in the audit log.

        A case that fails is left out, and the notes say why.

        Raises
        ------
        AnnotationError
            If no case could be exported; nothing is left behind then.
        """
        at = self._clock()
        identifier = f"{at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        self._remove_leftovers()
        staged = self.folder / f".{identifier}"
        staged.mkdir(parents=True)
        try:
            groups, left_out = choose(self._store, case_ids, request)
            cohorts = {name: self._write(request, group, staged / name) for name, group in groups.items()}
            notes = _notes(request, groups, cohorts, left_out)
            written = {name: [groups[name][case] for case in cohort.cases] for name, cohort in cohorts.items()}
            if not any(written.values()):
                told = "; ".join(notes) or f"no version is {request.state} or beyond"
                raise AnnotationError.of("nothing to export", f"annotations that are {request.state}", told)
            files = _write_manifest(staged, request, written, notes, actor, at)
            staged.replace(self.folder / identifier)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        self._store.audit.record(
            actor.name,
            "exported",
            actor.origin,
            id=identifier,
            cases=sum(map(len, written.values())),
            **request.model_dump(),
        )
        return Exported(identifier, files, notes)

    def ids(self) -> list[str]:
        """Return the ids of all exports, the oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(p.name for p in self.folder.iterdir() if p.is_dir() and not p.name.startswith("."))

    def path(self, identifier: str) -> Path:
        """Return the folder of an export; raises NotFoundError for an id that there is none of."""
        if identifier not in self.ids():
            raise NotFoundError.of("no such export", "the id of one", "Export again.")
        return self.folder / identifier

    def _write(self, request: ExportRequest, chosen: Group, out: Path) -> WrittenCohort:
        cases = [self._library.case(case_id) for case_id in chosen]
        told: list[str] = []

        def labels(case: Case) -> Volume:
            grid = self._library.reference_grid(case.id)
            found, notes = labels_of(self._store, chosen[case.id], grid, request.source)
            told.extend(f"{case.id}: {note}" for note in notes)
            return found

        written = _written(request, cases, labels, out)
        said = {case_id: self._library.sentence(HyoidError(reason)) for case_id, reason in written.left_out.items()}
        return WrittenCohort(written.cases, said, (*written.notes, *told))

    def _remove_leftovers(self) -> None:
        for path in self.folder.glob(".*") if self.folder.is_dir() else ():
            if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def _written(request: ExportRequest, cases: list[Case], labels: LabelsOf, out: Path) -> WrittenCohort:
    if request.format == "nifti":
        return write_hecktor(cases, labels, out, request.images)
    if request.format == "nnunet":
        return write_nnunet(cases, labels, out, request.images)
    return write_dicom(cases, labels, out, request.format)


def _notes(
    request: ExportRequest, groups: dict[str, Group], cohorts: dict[str, WrittenCohort], left_out: dict[str, str]
) -> tuple[str, ...]:
    notes = [note for cohort in cohorts.values() for note in cohort.notes]
    if len(groups) > 1:
        notes.append(f"Cases have several authors: each author's contours are a cohort, {', '.join(groups)}.")
    if request.format in {"nifti", "nnunet"} and request.images == "link":
        notes.append("Images are links to the cohort's own files; the zip archive leaves them out.")
    for name, cohort in cohorts.items():
        notes += [f"{case_id}: {note}" for case_id in cohort.cases for note in groups[name][case_id].notes]
        notes += [f"{case_id} was left out: {reason}" for case_id, reason in sorted(cohort.left_out.items())]
    notes += [f"{case_id} was left out: {reason}" for case_id, reason in sorted(left_out.items())]
    return tuple(dict.fromkeys(notes))


def _write_manifest(
    folder: Path,
    request: ExportRequest,
    cohorts: dict[str, list[Chosen]],
    notes: tuple[str, ...],
    actor: Actor,
    at: datetime,
) -> tuple[str, ...]:
    """Write the manifest and return all files; linked images are listed with the hash of what they lead to."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    hashes = {path.relative_to(folder).as_posix(): sha256_of_file(path) for path in paths}
    content = {
        "made_by": "hyoid view",
        "hyoid": __version__,
        "made_at": utc(at),
        "exported_by": actor.name,
        "request": request.model_dump(),
        "cohorts": [{"folder": name or ".", "cases": [c.to_dict() for c in cases]} for name, cases in cohorts.items()],
        "notes": list(notes),
        "linked": [path.relative_to(folder).as_posix() for path in paths if path.is_symlink()],
        "files": hashes,
    }
    write_json(folder / MANIFEST, content)
    return (*hashes, MANIFEST)
