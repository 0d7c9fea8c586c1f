"""Who is on a case is known for three heartbeats."""

from hyoid.app.annotation import AnnotationStore
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
