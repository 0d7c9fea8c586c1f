"""The store of annotations: every save is a new version, whole and hashed, and nobody overwrites anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError

from hyoid.app.annotation import chain
from hyoid.app.annotation.audit import Actor, AuditLog, add_event, events_of
from hyoid.app.annotation.blobs import BlobStore
from hyoid.app.annotation.database import open_database, reading, writing
from hyoid.app.annotation.errors import DamagedError
from hyoid.app.annotation.fit import check_cohort, check_grid
from hyoid.app.annotation.presence import Presence
from hyoid.app.annotation.records import Event, Version, now, utc
from hyoid.app.annotation.states import DRAFT, check_step, check_who
from hyoid.geometry import Grid, Volume


class AnnotationStore:
    """Versions, states, presence and audit log of the annotations of one cohort.

    A chain of versions belongs to a case and an author. The voxels of a version are a file named by its hash, which is
    on the disk before the one transaction that makes the version visible; so a version is whole or not there, at
    whatever moment the server dies. A file without a version (`orphans`) is harmless.

    Parameters
    ----------
    folder
        Where the files lie, and the SQLite database unless `database_url` names another.
    database_url
        `postgresql://user@host/name`, or None for SQLite in the folder.
    clock
        Gives the time; for tests.

    Raises
    ------
    AnnotationError
        If the database cannot be opened, is not hyoid's, or is of a later version.
    """

    def __init__(self, folder: Path, database_url: str | None = None, clock: Callable[[], datetime] = now) -> None:
        self.folder = Path(folder)
        self.blobs = BlobStore(self.folder / "versions")
        self._engine = open_database(self.folder, database_url)
        self._clock = clock
        self.presence = Presence(self._engine, clock)
        self.presence.forget_expired()
        self.audit = AuditLog(self._engine, clock)

    def close(self) -> None:
        """Give back all connections to the database."""
        self._engine.dispose()

    def save(self, case_id: str, author: str, labels: Volume, base: int, origin: str = "") -> Version:
        """Save a label map (uint8: 0, 1 GTVp, 2 GTVn) as version `base` + 1 of the author's chain on a case.

        A version after one that was submitted, reviewed or accepted is a draft again; its `note` says so.

        Raises
        ------
        ConflictError
            If `base` is not the newest version: another window or machine saved in between.
        AnnotationError
            If the labels are others, or lie on another grid than the version they are based on.
        """
        with reading(self._engine) as connection:
            before = chain.find_version(connection, case_id, author, None)
        if (before.version if before else 0) != base:
            raise chain.conflict(before, base)
        if before is not None:
            check_grid(before, labels.grid)
        digest = self.blobs.write(labels)
        at = self._clock()
        note = "" if before is None or before.state == DRAFT else _again_draft(before)
        saved = Version(case_id, author, base + 1, base, digest, labels.grid, DRAFT, utc(at), note)
        try:
            with writing(self._engine) as connection:
                chain.extend(connection, saved)
                add_event(connection, at, Actor(author, origin), "saved", saved, note, {"hash": digest, "base": base})
        except IntegrityError as error:
            with reading(self._engine) as connection:
                raise chain.conflict(chain.find_version(connection, case_id, author, None), base) from error
        return saved

    def newest(self, case_id: str, author: str) -> Version | None:
        """Return the newest version of one chain, None where there is none."""
        with reading(self._engine) as connection:
            return chain.find_version(connection, case_id, author, None)

    def version(self, case_id: str, author: str, version: int) -> Version:
        """Return one version; raises NotFoundError where there is none."""
        with reading(self._engine) as connection:
            return chain.get_version(connection, case_id, author, version)

    def versions(self, case_id: str, author: str) -> list[Version]:
        """Return all versions of a chain, the oldest first."""
        with reading(self._engine) as connection:
            return chain.versions_of(connection, case_id, author)

    def of_case(self, case_id: str) -> list[Version]:
        """Return the newest version of each author on a case."""
        with reading(self._engine) as connection:
            return chain.newest_versions(connection, case_id)

    def of_cohort(self) -> dict[str, list[Version]]:
        """Return the newest version of each author, by case; cases that nobody annotated have no key."""
        found: dict[str, list[Version]] = {}
        with reading(self._engine) as connection:
            for version in chain.newest_versions(connection):
                found.setdefault(version.case_id, []).append(version)
        return found

    def history(self, case_id: str) -> list[Event]:
        """Return all events of a case's annotations, the oldest first."""
        with reading(self._engine) as connection:
            return events_of(connection, case_id)

    def voxels(self, version: Version, grid: Grid) -> Volume:
        """Return the label map of a version (uint8) on `grid`, the case's own, after its hash was verified.

        Raises
        ------
        AnnotationError
            If the case's grid is not the one that the version was drawn on.
        DamagedError
            If the file is missing or was altered.
        """
        check_grid(version, grid)
        labels = self.blobs.read(version.hash)
        if labels.grid.size != grid.size:
            raise DamagedError.of(
                f"{labels.grid} in the file of version {version.version} of {version.author}",
                f"{grid}",
                "Restore the database from a backup.",
            )
        return Volume(labels.array, grid)

    def change_state(
        self, version: Version, to: str, actor: Actor, role: str, reason: str = "", *, alone: bool = False
    ) -> Version:
        """Take a version to another state of the protocol; returns it as it then is.

        `alone` says that the actor is the only user of a server on loopback, who may review own work; that is written
        into the log. What a submission demands of the voxels is `check_submission`'s matter.

        Raises
        ------
        AnnotationError
            If the protocol has no such step, or a reason is missing.
        NotAllowedError
            If this person may not take it.
        ConflictError
            If the version is no longer the newest, or somebody changed its state.
        """
        check_step(version.state, to, reason)
        event = check_who(version.state, to, actor.name, role, version.author, alone)
        detail = {"from": version.state, "to": to, "hash": version.hash}
        if to != "submitted" and event != "withdrawn" and actor.name == version.author:
            detail["own_work"] = "reviewed by its author, the only user of this server"
        with writing(self._engine) as connection:
            chain.set_state(connection, version, to)
            add_event(connection, self._clock(), actor, event, version, reason.strip(), detail)
            return chain.get_version(connection, version.case_id, version.author, version.version)

    def orphans(self) -> set[str]:
        """Return the hashes of files that no version names: saves that were cut off. They do no harm."""
        with reading(self._engine) as connection:
            return self.blobs.hashes() - chain.all_hashes(connection)

    def missing(self) -> set[str]:
        """Return the hashes that versions name and that have no file: what only a deletion or a lost disk can do."""
        with reading(self._engine) as connection:
            named = chain.all_hashes(connection)
        return named - self.blobs.hashes()

    def storage(self) -> dict[str, Any]:
        """Return how many versions there are, and the hashes of `orphans` and of files that are `missing`."""
        with reading(self._engine) as connection:
            versions = chain.count_versions(connection)
        return {"versions": versions, "orphans": sorted(self.orphans()), "missing": sorted(self.missing())}

    def check_cohort(self, grids: Mapping[str, Callable[[], Grid]]) -> list[str]:
        """Compare the annotations with a cohort's grids, by case id; returns a sentence for each that does not fit.

        Raises
        ------
        AnnotationError
            If there are annotations and none of them fits: they are of another cohort.
        """
        return check_cohort(self.of_cohort(), grids)


def _again_draft(before: Version) -> str:
    return f"Version {before.version} was {before.state}; with this save the annotation is a draft again."
