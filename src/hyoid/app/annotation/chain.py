"""Reading and extending chains of versions, within a transaction that the caller holds."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from hyoid.app.annotation.errors import ConflictError, NotFoundError
from hyoid.app.annotation.records import Version, readable
from hyoid.app.annotation.states import DRAFT
from hyoid.app.annotation.tables import chains, versions
from hyoid.geometry import Grid

LARGEST_VERSION = 2**31 - 1
"""What an integer of PostgreSQL holds."""

_COLUMNS = (
    chains.c.case_id,
    chains.c.author,
    versions.c.version,
    versions.c.base,
    versions.c.hash,
    versions.c.grid,
    versions.c.state,
    versions.c.saved_at,
)


def newest_versions(connection: Connection, case_id: str | None = None) -> list[Version]:
    """Return the newest version of each chain, of one case or of all, by case and author."""
    query = _versions().where(versions.c.version == chains.c.newest).order_by(chains.c.case_id, chains.c.author)
    if case_id is not None:
        query = query.where(chains.c.case_id == case_id)
    return [_version(row) for row in connection.execute(query)]


def versions_of(connection: Connection, case_id: str, author: str) -> list[Version]:
    """Return all versions of one chain, the oldest first."""
    query = _versions().where(chains.c.case_id == case_id, chains.c.author == author).order_by(versions.c.version)
    return [_version(row) for row in connection.execute(query)]


def find_version(connection: Connection, case_id: str, author: str, version: int | None) -> Version | None:
    """Return one version, the newest for None; None where there is none."""
    if "\0" in author or not 0 < (version or 1) <= LARGEST_VERSION:
        return None  # PostgreSQL would refuse to look for these
    query = _versions().where(chains.c.case_id == case_id, chains.c.author == author)
    query = query.where(versions.c.version == (chains.c.newest if version is None else version))
    row = connection.execute(query).one_or_none()
    return None if row is None else _version(row)


def get_version(connection: Connection, case_id: str, author: str, version: int | None) -> Version:
    """Return one version, the newest for None.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    found = find_version(connection, case_id, author, version)
    if found is None:
        which = "a version" if version is None else f"version {version}"
        raise NotFoundError.of(f"no {which} of {case_id} by {author}", "a saved annotation", "Reload the case.")
    return found


def all_hashes(connection: Connection) -> set[str]:
    """Return the hashes that versions name."""
    return set(connection.execute(select(versions.c.hash).distinct()).scalars())


def extend(connection: Connection, version: Version) -> None:
    """Put a version at the end of its chain, where its base still is the newest.

    The row of the chain is changed under the condition that `newest` is the base. Of two who save upon the same base
    one changes it and the other finds nothing to change; a unique constraint stands behind that.

    Raises
    ------
    ConflictError
        If another version is the newest.
    sqlalchemy.exc.IntegrityError
        If another began the same chain in the same moment.
    """
    here = (chains.c.case_id == version.case_id, chains.c.author == version.author)
    chain_id = connection.execute(select(chains.c.id).where(*here)).scalar_one_or_none()
    if chain_id is None and version.base == 0:
        new = insert(chains).values(case_id=version.case_id, author=version.author, newest=1)
        key = connection.execute(new).inserted_primary_key
        chain_id = key[0] if key else None
    else:
        moved = update(chains).where(*here, chains.c.newest == version.base).values(newest=version.version)
        if connection.execute(moved).rowcount != 1:
            raise conflict(find_version(connection, version.case_id, version.author, None), version.base)
    connection.execute(
        insert(versions).values(
            chain_id=chain_id,
            version=version.version,
            base=version.base,
            hash=version.hash,
            grid=json.dumps(version.grid.to_dict()),
            state=DRAFT,
            saved_at=version.saved_at,
        )
    )


def set_state(connection: Connection, version: Version, to: str) -> None:
    """Change the state of a version that is the newest and still in the state that is known of it.

    Raises
    ------
    ConflictError
        If somebody changed its state, or saved another version, in between.
    """
    chain_id = select(chains.c.id).where(
        chains.c.case_id == version.case_id, chains.c.author == version.author, chains.c.newest == version.version
    )
    # The chain's row is taken first, as a save takes it: no version can be added while this one is judged.
    held = connection.execute(chain_id.with_for_update()).scalar_one_or_none()
    changed = 0
    if held is not None:
        here = (versions.c.chain_id == held, versions.c.version == version.version, versions.c.state == version.state)
        changed = connection.execute(update(versions).where(*here).values(state=to)).rowcount
    if changed != 1:
        newest = find_version(connection, version.case_id, version.author, None)
        raise conflict(newest, version.version)


def conflict(newest: Version | None, base: int) -> ConflictError:
    """Return the error of one who works upon `base` while `newest` stands."""
    if newest is None:
        return ConflictError(
            f"Found version {base} as the one that was worked upon; expected 0, because nothing is saved here. "
            "Reload the case."
        )
    return ConflictError(
        f"Found version {base} as the one that was worked upon; expected version {newest.version} ({newest.state}), "
        f"which {newest.author} saved at {readable(newest.saved_at)}. Nothing was overwritten: reload the case, or "
        "save yours after looking at the difference.",
        newest.to_dict(),
    )


def count_versions(connection: Connection) -> int:
    """Return how many versions there are."""
    return int(connection.execute(select(func.count()).select_from(versions)).scalar_one())


def _versions() -> Select[Any]:
    return select(*_COLUMNS).join_from(versions, chains, versions.c.chain_id == chains.c.id)


def _version(row: Row[Any]) -> Version:
    fields = dict(row._mapping)
    fields["grid"] = Grid.from_dict(json.loads(fields["grid"]))
    return Version(**fields)
