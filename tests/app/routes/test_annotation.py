"""Annotations through the server, as the page asks for them."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI

from hyoid.app.server import create_app
from hyoid.app.settings import Settings
from support.review_client import Browser, NoReviews, packed

CASE = "ACEN-000"
HERE = f"/api/cases/{CASE}"


def drawn(browser: Browser, value: int = 1, start: int = 10) -> np.ndarray:
    shape = browser.app.state.library.canonical(CASE).canonical_grid.shape
    array = np.zeros(shape, np.uint8)
    array[start : start + 3, 11:15, 12:17] = value
    return array


def test_a_save_comes_back_as_it_was_sent(browser: Browser) -> None:
    array = drawn(browser)
    saved = browser.send("PUT", f"{HERE}/annotation", voxels=packed(array), base=0)
    assert saved.status_code == 201
    told = saved.json()
    me = browser.me["name"]
    assert (told["version"], told["state"], told["author"]) == (1, "draft", me)
    assert np.array_equal(browser.labels(f"{HERE}/annotation/{me}/1/voxels", CASE), array)
    panel = browser.get(f"{HERE}/annotation").json()
    assert panel["mine"]["hash"] == told["hash"]
    assert [line["event"] for line in panel["history"]] == ["saved"]
    row = next(row for row in browser.get("/api/cases").json()["cases"] if row["id"] == CASE)
    assert [one["version"] for one in row["annotations"]] == [1]


def test_the_saved_file_lies_on_the_case_s_own_grid(browser: Browser) -> None:
    library, store = browser.app.state.library, browser.app.state.annotations
    order = library.canonical(CASE)
    browser.send("PUT", f"{HERE}/annotation", voxels=packed(order.forward(library.layer(CASE, "expert").array)), base=0)
    version = store.newest(CASE, browser.me["name"])
    assert np.array_equal(store.blobs.read(version.hash).array, library.layer(CASE, "expert").array)
    assert store.blobs.read(version.hash).grid.same_as(library.reference_grid(CASE))


def test_one_account_in_two_tabs_overwrites_nothing(browser: Browser) -> None:
    first = browser.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(browser)), base=0).json()
    refused = browser.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(browser, 2)), base=0)
    assert refused.status_code == 409
    assert refused.json()["current"] == {key: first[key] for key in ("author", "version", "hash", "state", "saved_at")}
    assert browser.me["name"] in refused.json()["error"]
    assert np.array_equal(browser.labels(f"{HERE}/annotation/{browser.me['name']}/1/voxels", CASE), drawn(browser))


def test_two_annotators_have_a_chain_each(shared: FastAPI) -> None:
    anna, ben = Browser(shared, "anna"), Browser(shared, "ben")
    for browser, value in ((anna, 1), (ben, 2)):
        assert (
            browser.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(browser, value)), base=0).status_code == 201
        )
    chief = Browser(shared, "chief")
    assert np.array_equal(chief.labels(f"{HERE}/annotation/anna/1/voxels", CASE), drawn(anna, 1))
    assert np.array_equal(chief.labels(f"{HERE}/annotation/ben/1/voxels", CASE), drawn(anna, 2))
    panel = ben.get(f"{HERE}/annotation").json()
    assert panel["mine"]["author"] == "ben"
    assert [other["author"] for other in panel["others"]] == ["anna"]


def test_two_people_on_a_case_are_told(shared: FastAPI) -> None:
    anna, ben = Browser(shared, "anna"), Browser(shared, "ben")
    assert anna.send("PUT", f"{HERE}/presence").json() == {"others": []}
    assert [o["name"] for o in ben.send("PUT", f"{HERE}/presence").json()["others"]] == ["anna"]
    assert [o["name"] for o in anna.get(f"{HERE}/annotation").json()["editing"]] == ["ben"]
    row = next(row for row in anna.get("/api/cases").json()["cases"] if row["id"] == CASE)
    assert row["editing"] == ["anna", "ben"]
    assert ben.send("DELETE", f"{HERE}/presence").status_code == 204
    assert anna.send("PUT", f"{HERE}/presence").json() == {"others": []}
    assert anna.send("PUT", f"{HERE}/presence", tab="2").json()["others"][0]["name"] == "anna"


@pytest.mark.parametrize("tab", ["two words", "a\0b", "x" * 65, "\u2026"])
def test_a_window_has_a_plain_name(browser: Browser, tab: str) -> None:
    assert browser.send("PUT", f"{HERE}/presence", tab=tab).status_code == 422
    assert browser.app.state.annotations.presence.everywhere() == {}


def step(browser: Browser, to: str, version: int = 1, reason: str = "", author: str = "anna") -> tuple[int, str]:
    answer = browser.send(
        "POST", f"{HERE}/annotation/{author}/state", json={"to": to, "version": version, "reason": reason}
    )
    return answer.status_code, answer.json().get("error", answer.json().get("state", ""))


def test_the_protocol_through_the_server(shared: FastAPI) -> None:
    anna, ben, chief, guest = (Browser(shared, name) for name in ("anna", "ben", "chief", "guest"))
    anna.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(anna)), base=0)
    assert step(anna, "reviewed")[0] == 422
    assert step(ben, "submitted")[0] == 403
    assert step(anna, "submitted") == (200, "submitted")
    assert step(ben, "reviewed")[0] == 403
    assert step(anna, "reviewed")[0] == 403
    assert step(guest, "reviewed")[0] == 403
    assert step(chief, "draft")[0] == 422  # without a reason
    assert step(chief, "draft", reason="the node on the left is missing") == (200, "draft")
    again = anna.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(anna, 2)), base=1).json()
    assert (again["version"], again["note"]) == (2, "")
    assert step(anna, "submitted", 1)[0] == 409  # no longer the newest
    assert step(anna, "submitted", 2) == (200, "submitted")
    assert step(chief, "reviewed", 2) == (200, "reviewed")
    assert step(chief, "accepted", 2) == (200, "accepted")
    told = anna.get(f"{HERE}/annotation").json()["history"]
    assert [(line["event"], line["who"]) for line in told] == [
        ("saved", "anna"), ("submitted", "anna"), ("returned", "chief"), ("saved", "anna"),
        ("submitted", "anna"), ("reviewed", "chief"), ("accepted", "chief"),
    ]  # fmt: skip
    assert told[2]["reason"] == "the node on the left is missing"
    assert anna.get("/api/progress").json() == {
        "total": 2,
        "annotators": [{"name": "anna", "draft": 0, "submitted": 0, "reviewed": 0, "accepted": 1}],
    }
    late = anna.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(anna)), base=2).json()
    assert late["note"] == "Version 2 was accepted; with this save the annotation is a draft again."


def ways_to(browser: Browser, author: str) -> list[tuple[int, str]]:
    """What a browser is told when it asks for another's first version, and for where it differs from its own."""
    me = browser.me["name"]
    answers = [
        browser.get(f"{HERE}/annotation/{author}/1/voxels"),
        browser.send("POST", f"{HERE}/difference", json={"first": f"{me}@1", "second": f"{author}@1"}),
    ]
    return [(one.status_code, "" if one.status_code == 200 else one.json()["error"]) for one in answers]


def observed(browser: Browser) -> list[str]:
    return [one["author"] for one in browser.get(f"{HERE}/agreement").json()["observers"]]


def test_observers_stay_independent_until_both_have_handed_in(shared: FastAPI) -> None:
    anna, ben, chief, guest = (Browser(shared, name) for name in ("anna", "ben", "chief", "guest"))
    for browser, value in ((anna, 1), (ben, 2)):
        browser.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(browser, value)), base=0)
    for asks, author in ((anna, "ben"), (ben, "anna")):  # both are drafts
        assert all(status == 403 and "wait until it is submitted" in text for status, text in ways_to(asks, author))
        assert observed(asks) == [asks.me["name"]]
        assert asks.get(f"{HERE}/consensus/majority/voxels").status_code == 422
    assert step(ben, "submitted", author="ben") == (200, "submitted")
    assert all(status == 403 and "submit yours first" in text for status, text in ways_to(anna, "ben"))
    assert observed(anna) == ["anna"]
    assert all(status == 403 for status, _ in ways_to(ben, "anna"))  # anna's is a draft, whatever ben's is
    for looks in (chief, guest):
        assert looks.get(f"{HERE}/annotation/anna/1/voxels").status_code == 200
        assert observed(looks) == ["anna", "ben"]
    assert step(anna, "submitted") == (200, "submitted")
    for asks, author in ((anna, "ben"), (ben, "anna")):
        assert [status for status, _ in ways_to(asks, author)] == [200, 200]
        assert observed(asks) == ["anna", "ben"]
    anna.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(anna, 2)), base=1)  # a draft again
    assert all(status == 403 for status, _ in ways_to(anna, "ben"))
    assert ben.get(f"{HERE}/annotation/anna/2/voxels").status_code == 403
    told = ben.get(f"{HERE}/agreement").json()["observers"]
    assert [(one["author"], one["version"]) for one in told] == [("anna", 1), ("ben", 1)]


def test_the_only_user_reviews_own_work(browser: Browser) -> None:
    browser.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(browser)), base=0)
    me = browser.me["name"]
    for to in ("submitted", "reviewed", "accepted"):
        assert step(browser, to, author=me) == (200, to)
    assert "only user" in str([event.detail for event in browser.app.state.annotations.audit.events()])


def test_touching_labels_are_not_submitted(browser: Browser) -> None:
    array = drawn(browser)
    array[13, 15, 17] = 2  # shares a corner with the primary
    browser.send("PUT", f"{HERE}/annotation", voxels=packed(array), base=0)
    status, sentence = step(browser, "submitted", author=browser.me["name"])
    assert status == 422
    assert "touch" in sentence
    array[13, 15, 17], array[13, 15, 18] = 0, 2
    browser.send("PUT", f"{HERE}/annotation", voxels=packed(array), base=1)
    assert step(browser, "submitted", 2, author=browser.me["name"]) == (200, "submitted")


@pytest.mark.parametrize("case", ["NOBODY", "..%2F..%2Fetc", f"{CASE}%00", "%2e%2e", "..", f"{CASE}/.."])
def test_a_case_that_there_is_none_of_is_not_found(browser: Browser, case: str) -> None:
    folder = browser.app.state.annotations.folder
    before = set(folder.rglob("*"))
    put = browser.send("PUT", f"/api/cases/{case}/annotation", voxels=packed(drawn(browser)), base=0)
    assert put.status_code in {404, 405}  # a path of other segments is no route at all
    assert browser.get(f"/api/cases/{case}/annotation").status_code == 404
    assert set(folder.rglob("*")) == before
    assert browser.app.state.annotations.of_cohort() == {}


@pytest.mark.parametrize(
    ("content", "status", "word"),
    [
        (lambda: gzip.compress(bytes(32**3 - 1)), 422, "one for each voxel"),
        (lambda: gzip.compress(bytes(32**3 + 1)), 413, "more than 32768 bytes"),
        (lambda: gzip.compress(bytes(300_000_000)), 413, "a body of more than"),
        (lambda: gzip.compress(bytes(20_000_000)), 413, "more than 32768 bytes"),
        (lambda: gzip.compress(bytes([3]) * 32**3), 422, "label values 3"),
        (lambda: bytes(32**3), 422, "no gzip"),
        (lambda: b"", 422, "gzip"),
    ],
    ids=["too few", "too many", "long body", "bomb", "unknown label", "plain", "nothing"],
)
def test_other_bodies_are_refused_and_nothing_is_written(
    browser: Browser, content: Callable[[], bytes], status: int, word: str
) -> None:
    body = content()
    folder = browser.app.state.annotations.folder
    before = set(folder.rglob("*"))
    answer = browser.send("PUT", f"{HERE}/annotation", voxels=body, base=0)
    assert answer.status_code == status
    assert word in answer.json()["error"]
    assert set(folder.rglob("*")) == before
    assert browser.get(f"{HERE}/annotation").json()["mine"] is None


def test_who_only_reads_writes_nothing(shared: FastAPI) -> None:
    guest, anna = Browser(shared, "guest"), Browser(shared, "anna")
    assert guest.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(guest)), base=0).status_code == 403
    assert guest.send("PUT", f"{HERE}/presence").status_code == 200  # a reader is seen by others
    anna.me["csrf"] = "guessed"
    assert anna.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(anna)), base=0).status_code == 403
    assert shared.state.annotations.of_cohort() == {}


def test_another_user_s_case_is_as_one_that_there_is_none_of(shared: FastAPI) -> None:
    shared.state.accounts.assign("anna", ["BCEN-001"])
    anna, ben = Browser(shared, "anna"), Browser(shared, "ben")
    ben.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(ben)), base=0)
    assert anna.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(ben)), base=0).status_code == 404
    for path in ("annotation", "annotation/ben/1/voxels", "agreement", "consensus/staple/voxels"):
        assert anna.get(f"{HERE}/{path}").status_code == 404
    for path in ("check", "operations/fill_holes"):
        assert anna.send("POST", f"{HERE}/{path}", voxels=packed(drawn(ben))).status_code == 404
    assert anna.get("/api/progress").json() == {"total": 1, "annotators": []}
    assert ben.get("/api/progress").json()["annotators"][0]["draft"] == 1


def test_a_server_without_a_folder_for_annotations_says_so(cohort: Path) -> None:
    browser = Browser(create_app(Settings(cohort), NoReviews()))
    answer = browser.send("PUT", f"{HERE}/annotation", voxels=packed(drawn(browser)), base=0)
    assert answer.status_code == 404
    assert "--annotations" in answer.json()["error"]
    assert browser.send("POST", f"{HERE}/check", voxels=packed(drawn(browser))).status_code == 200
