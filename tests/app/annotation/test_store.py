"""Versions are whole, hashed, and never overwritten."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from hyoid.app.annotation import (
    Actor,
    AnnotationError,
    AnnotationStore,
    ConflictError,
    DamagedError,
    NotAllowedError,
    NotFoundError,
)
from hyoid.app.annotation.database import writing
from hyoid.files import sha256_of_file
from hyoid.geometry import Grid, Volume
from support.annotations import GRID, Clock, label_map, numbered

ANNA, BEN = Actor("anna", "10.0.0.1"), Actor("ben")


def test_a_save_comes_back_voxel_for_voxel(store: AnnotationStore) -> None:
    saved = store.save("A", "anna", label_map((1, 2, 3)), 0, "127.0.0.1")
    back = store.voxels(store.version("A", "anna", 1), GRID)
    assert (saved.version, saved.base, saved.state, saved.note) == (1, 0, "draft", "")
    assert np.array_equal(back.array, label_map((1, 2, 3)).array)
    assert back.array.dtype == np.uint8
    assert back.grid == GRID
    assert store.newest("A", "anna") == saved


def test_the_hash_is_that_of_the_file(store: AnnotationStore) -> None:
    saved = store.save("A", "anna", numbered(7), 0)
    assert sha256_of_file(store.blobs.path(saved.hash)) == saved.hash
    assert store.save("A", "anna", numbered(8), 1).hash != saved.hash
    assert store.save("A", "anna", numbered(7), 2).hash == saved.hash  # equal label maps share one file


def test_every_version_of_a_chain_stays(store: AnnotationStore) -> None:
    for base in range(5):
        store.save("A", "anna", numbered(base), base)
    store.save("A", "ben", numbered(99), 0)
    assert [v.version for v in store.versions("A", "anna")] == [1, 2, 3, 4, 5]
    for version in store.versions("A", "anna"):
        assert np.array_equal(store.voxels(version, GRID).array, numbered(version.base).array)
    assert [(v.author, v.version) for v in store.of_case("A")] == [("anna", 5), ("ben", 1)]
    assert {case: len(found) for case, found in store.of_cohort().items()} == {"A": 2}
    assert store.orphans() == set()


@pytest.mark.parametrize("base", [0, 2, 17])
def test_a_base_that_is_not_the_newest_is_a_conflict_that_names_who_and_when(
    store: AnnotationStore, clock: Clock, base: int
) -> None:
    saved = store.save("A", "anna", numbered(1), 0)
    clock.move(60)
    with pytest.raises(ConflictError, match=r"anna saved at 2026-11-22 12:00:00 UTC") as refused:
        store.save("A", "anna", numbered(2), base)
    assert refused.value.current == saved.to_dict()
    assert [v.version for v in store.versions("A", "anna")] == [1]
    assert store.orphans() == set()  # refused before anything was written


def test_a_base_where_nothing_is_saved_is_a_conflict(store: AnnotationStore) -> None:
    with pytest.raises(ConflictError, match="nothing is saved") as refused:
        store.save("A", "anna", numbered(2), 1)
    assert refused.value.current is None


def test_what_is_no_label_map_is_refused(store: AnnotationStore) -> None:
    for array in (label_map(label=3).array + np.uint8(3), np.zeros(GRID.shape, np.int16)):
        with pytest.raises(AnnotationError, match="expected bytes of 0, 1"):
            store.save("A", "anna", Volume(array, GRID), 0)
    assert store.newest("A", "anna") is None


def test_a_case_whose_grid_changed_is_refused_with_a_sentence(store: AnnotationStore) -> None:
    saved = store.save("A", "anna", numbered(1), 0)
    moved = replace(GRID, origin=(GRID.origin[0] + 0.5, *GRID.origin[1:]))
    with pytest.raises(AnnotationError, match="image was replaced"):
        store.voxels(saved, moved)
    with pytest.raises(AnnotationError, match="image was replaced"):
        store.save("A", "anna", Volume(numbered(2).array, moved), 1)
    rounded = replace(GRID, origin=(GRID.origin[0] + 1e-5, *GRID.origin[1:]))
    assert store.voxels(saved, rounded).grid == rounded


def test_an_altered_file_is_not_given_out(store: AnnotationStore) -> None:
    saved = store.save("A", "anna", numbered(1), 0)
    path = store.blobs.path(saved.hash)
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[-1] ^= 1
    path.write_bytes(gzip.compress(content))
    with pytest.raises(DamagedError, match="was altered"):
        store.voxels(saved, GRID)
    path.unlink()
    with pytest.raises(DamagedError, match="no file"):
        store.voxels(saved, GRID)
    assert store.missing() == {saved.hash}


def test_a_file_that_no_version_names_is_listed_and_harmless(store: AnnotationStore) -> None:
    digest = store.blobs.write(numbered(5))
    assert store.orphans() == {digest}
    assert store.save("A", "anna", numbered(5), 0).hash == digest
    assert store.orphans() == set()


def test_unknown_versions_are_not_found(store: AnnotationStore) -> None:
    store.save("A", "anna", numbered(1), 0)
    unknown = [("B", "anna", 1), ("A", "ben", 1), ("A", "anna", 2), ("A", "an\0na", 1)]
    for case, author, version in [*unknown, *(("A", "anna", number) for number in (0, -1, 2**31, 10**30))]:
        with pytest.raises(NotFoundError):
            store.version(case, author, version)


def test_work_goes_from_draft_to_accepted(store: AnnotationStore, clock: Clock) -> None:
    version = store.save("A", "anna", numbered(1), 0)
    clock.move(5)
    version = store.change_state(version, "submitted", ANNA, "annotator")
    version = store.change_state(version, "reviewed", BEN, "admin", "looks right")
    version = store.change_state(version, "accepted", BEN, "admin")
    assert store.newest("A", "anna") == version
    assert version.state == "accepted"
    told = [(e.what, e.who, e.reason, e.origin, e.version) for e in store.history("A")]
    assert told == [
        ("saved", "anna", "", "", 1),
        ("submitted", "anna", "", "10.0.0.1", 1),
        ("reviewed", "ben", "looks right", "", 1),
        ("accepted", "ben", "", "", 1),
    ]
    assert store.history("A")[1].at == "2026-11-22T12:00:05.000000Z"


def test_a_save_after_a_submission_is_a_draft_again_and_says_so(store: AnnotationStore) -> None:
    first = store.change_state(store.save("A", "anna", numbered(1), 0), "submitted", ANNA, "annotator")
    second = store.save("A", "anna", numbered(2), 1)
    assert second.state == "draft"
    assert second.note == "Version 1 was submitted; with this save the annotation is a draft again."
    assert store.version("A", "anna", 1).state == "submitted"
    assert store.history("A")[-1].reason == second.note
    with pytest.raises(ConflictError, match="version 2 \\(draft\\)"):
        store.change_state(first, "reviewed", BEN, "admin")


def test_of_two_reviewers_the_second_is_told(store: AnnotationStore) -> None:
    version = store.change_state(store.save("A", "anna", numbered(1), 0), "submitted", ANNA, "annotator")
    store.change_state(version, "reviewed", BEN, "admin")
    with pytest.raises(ConflictError, match="version 1 \\(reviewed\\)"):
        store.change_state(version, "draft", Actor("carl"), "admin", "node missing")


def test_the_only_user_reviews_own_work_and_it_is_written_down(store: AnnotationStore) -> None:
    version = store.change_state(store.save("A", "anna", numbered(1), 0), "submitted", ANNA, "admin", alone=True)
    with pytest.raises(NotAllowedError, match="another person"):
        store.change_state(version, "reviewed", ANNA, "admin")
    store.change_state(version, "reviewed", ANNA, "admin", alone=True)
    assert "only user" in store.history("A")[-1].detail["own_work"]
    assert "own_work" not in store.history("A")[1].detail


def test_the_log_cannot_be_changed(store: AnnotationStore) -> None:
    store.save("A", "anna", numbered(1), 0)
    for change in ("UPDATE events SET who = 'nobody'", "DELETE FROM events"):
        with pytest.raises(DBAPIError, match="only added to"), writing(store._engine) as connection:
            connection.execute(text(change))
    assert [event.who for event in store.audit.events()] == ["anna"]


def test_reasons_are_kept_as_they_were_written_if_a_database_can(store: AnnotationStore) -> None:
    version = store.change_state(store.save("A", "anna", numbered(1), 0), "submitted", ANNA, "annotator")
    for reason, kept in (("Größe: ½ µm — 腫瘍", None), ("a\0b\ud800c", "ab?c"), ("x" * 5000, "x" * 1999 + "…")):
        version = store.change_state(version, "draft", BEN, "admin", reason)
        assert store.history("A")[-1].reason == (kept or reason)
        assert json.loads(store.history("A")[-1].to_json())["reason"] == (kept or reason)
        version = store.change_state(version, "submitted", ANNA, "annotator")


def test_a_store_is_opened_again_as_it_was(tmp_path: Path, database: str | None) -> None:
    first = AnnotationStore(tmp_path, database)
    saved = first.save("A", "anna", numbered(1), 0)
    first.close()
    again = AnnotationStore(tmp_path, database)
    assert again.newest("A", "anna") == saved
    assert np.array_equal(again.voxels(saved, GRID).array, numbered(1).array)
    again.close()


def test_annotations_of_another_cohort_are_refused(store: AnnotationStore) -> None:
    other = Grid((7, 5, 4), (1.0, 1.0, 1.0))
    assert store.check_cohort({"B": lambda: other}) == []  # nothing is annotated yet
    store.save("A", "anna", numbered(1), 0)
    assert store.check_cohort({"A": lambda: GRID, "B": lambda: other}) == []
    for grids in ({"B": lambda: other}, {"A": lambda: other}):
        with pytest.raises(AnnotationError, match="none of which fits the cohort"):
            store.check_cohort(grids)
    store.save("B", "anna", Volume(np.zeros(other.shape, np.uint8), other), 0)
    store.save("C", "anna", numbered(1), 0)
    said = store.check_cohort({"A": lambda: GRID, "B": lambda: GRID})
    assert len(said) == 2
    assert "drawn" in said[0]
    assert "C, which is no case" in said[1]


def test_rows_that_would_break_a_chain_are_refused_by_the_database(store: AnnotationStore) -> None:
    store.save("A", "anna", numbered(1), 0)
    columns = "(chain_id, version, base, hash, grid, state, saved_at)"
    for values in (
        "(1, 1, 0, 'h', '{}', 'draft', '')",
        "(1, 3, 1, 'h', '{}', 'draft', '')",
        "(9, 2, 1, 'h', '{}', 'draft', '')",
        "(1, 2, 1, 'h', '{}', 'odd', '')",
    ):
        with pytest.raises(DBAPIError), writing(store._engine) as connection:
            connection.execute(text(f"INSERT INTO versions {columns} VALUES {values}"))  # noqa: S608


def test_sqlite_waits_for_the_disk_and_for_others(tmp_path: Path) -> None:
    store = AnnotationStore(tmp_path)
    with writing(store._engine) as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert found == ["wal", 2, 1, 30000]  # 2 is FULL
    store.close()


def test_a_database_of_a_later_version_is_refused(tmp_path: Path, database: str | None) -> None:
    store = AnnotationStore(tmp_path, database)
    with writing(store._engine) as connection:
        connection.execute(text("UPDATE hyoid_schema SET version = 99"))
    store.close()
    with pytest.raises(AnnotationError, match="schema version 99"):
        AnnotationStore(tmp_path, database)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'hyoid.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE versions (x int)"))
    engine.dispose()
    with pytest.raises(AnnotationError, match="of another program"):
        AnnotationStore(tmp_path)
    (tmp_path / "hyoid.sqlite").write_bytes(b"no database at all, but long enough to be one" * 100)
    with pytest.raises(AnnotationError, match="not a database"):
        AnnotationStore(tmp_path)


@pytest.mark.parametrize("url", ["nonsense", "mysql://a@b/c", "sqlite://", "postgresql://who:secret@127.0.0.1:1/x"])
def test_a_url_that_cannot_be_opened_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(AnnotationError) as refused:
        AnnotationStore(tmp_path, url)
    assert "secret" not in str(refused.value)
