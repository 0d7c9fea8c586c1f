"""Who is on a case is known for three heartbeats."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import text

from hyoid.app.annotation import AnnotationStore
from hyoid.app.annotation.database import reading
from support.annotations import Clock


def test_others_are_told_until_they_are_gone(store: AnnotationStore, clock: Clock) -> None:
    assert store.presence.beat("A", "anna") == []
    clock.move(10)
    assert [(h.name, h.since) for h in store.presence.beat("A", "ben")] == [("anna", "2026-11-22T12:00:00.000000Z")]
    assert store.presence.beat("B", "carl") == []
    clock.move(30)
    assert [h.name for h in store.presence.beat("A", "anna")] == ["ben"]
    clock.move(20)  # ben was last seen 50 s ago
    assert store.presence.beat("A", "anna") == []
    assert {case: [h.name for h in found] for case, found in store.presence.everywhere().items()} == {"A": ["anna"]}


def test_the_same_account_in_two_windows_is_told(store: AnnotationStore) -> None:
    assert store.presence.beat("A", "anna", "left") == []
    assert [h.name for h in store.presence.beat("A", "anna", "right")] == ["anna"]
    assert [h.tab for h in store.presence.beat("A", "anna", "left")] == ["right"]
    store.presence.leave("A", "anna", "right")
    assert store.presence.beat("A", "anna", "left") == []


def test_who_comes_back_after_a_while_is_new(store: AnnotationStore, clock: Clock) -> None:
    store.presence.beat("A", "anna")
    clock.move(3600)
    store.presence.beat("A", "anna")
    assert [h.since for h in store.presence.on_case("A")] == ["2026-11-22T13:00:00.000000Z"]


def test_many_signs_of_one_window_at_once_are_one(store: AnnotationStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda _: store.presence.beat("A", "anna", "left"), range(40)))
    assert told == [[]] * 40
    assert [(h.name, h.tab) for h in store.presence.on_case("A")] == [("anna", "left")]


def test_who_is_gone_is_forgotten_when_the_store_is_opened(tmp_path: Path, database: str | None, clock: Clock) -> None:
    first = AnnotationStore(tmp_path, database, clock)
    first.presence.beat("A", "anna")
    first.close()
    clock.move(46)
    again = AnnotationStore(tmp_path, database, clock)
    with reading(again._engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM presence")).scalar() == 0
    again.close()
