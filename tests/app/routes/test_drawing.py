"""Operations, checks, agreement and consensus through the server: by a reader too, and nothing is written."""

import json

import numpy as np
from fastapi import FastAPI

from hyoid.app.operations import OPERATIONS
from support.review_client import Browser, packed, unpacked

CASE = "ACEN-000"
HERE = f"/api/cases/{CASE}"
WHOLE = {"box": [[2, 2, 2], [30, 30, 30]], "label": 2}


def empty(browser: Browser) -> np.ndarray:
    return np.zeros(browser.app.state.library.canonical(CASE).canonical_grid.shape, np.uint8)


def test_all_operations_are_listed(browser: Browser) -> None:
    assert [one["name"] for one in browser.get("/api/operations").json()] == list(OPERATIONS)


def test_a_contour_in_a_box_comes_near_the_truth(browser: Browser) -> None:
    answer = browser.send(
        "POST", f"{HERE}/operations/threshold_41", voxels=packed(empty(browser)), parameters=json.dumps(WHOLE)
    )
    assert answer.status_code == 200
    found = unpacked(answer, browser.app, CASE) == 2
    library = browser.app.state.library
    truth = library.canonical(CASE).forward(library.layer(CASE, "expert").array) == 1
    assert 2 * (found & truth).sum() / (found.sum() + truth.sum()) > 0.8
    notes = json.loads(answer.headers["X-Hyoid-Notes"])
    assert notes[0].startswith("Threshold: SUV")
    assert any(note.startswith("GTVn grew by") for note in notes)


def test_what_an_operation_refuses_is_a_sentence(browser: Browser) -> None:
    path = f"{HERE}/operations"
    body = packed(empty(browser))
    answer = browser.send("POST", f"{path}/fixed_threshold", voxels=body, parameters='{"box": [[0,0,0],[2,2,2]]}')
    assert answer.status_code == 422
    assert "expected" in answer.json()["error"]
    assert browser.send("POST", f"{path}/nothing", voxels=body).status_code == 404
    assert browser.send("POST", f"{path}/threshold_41", voxels=body, parameters="x" * 5000).status_code == 422
    assert browser.send("POST", f"{path}/start_from_layer", voxels=body).status_code == 422  # no predictions


def test_a_reader_may_try_and_check_and_nothing_is_written(shared: FastAPI) -> None:
    guest = Browser(shared, "guest")
    array = empty(guest)
    array[10:14, 10:14, 10:14], array[10:14, 10:14, 14:16] = 1, 2
    told = guest.send("POST", f"{HERE}/check", voxels=packed(array)).json()
    assert told["touching"] is True
    assert [one["label"] for one in told["lesions"]] == ["GTVp", "GTVn"]
    assert [rule["rule"] for rule in told["rules"]] == ["node"]
    answer = guest.send("POST", f"{HERE}/operations/separate", voxels=packed(array))
    apart = unpacked(answer, shared, CASE)
    assert guest.send("POST", f"{HERE}/check", voxels=packed(apart)).json()["touching"] is False
    assert shared.state.annotations.of_cohort() == {}


def test_agreement_and_consensus_of_two(shared: FastAPI) -> None:
    anna, ben = Browser(shared, "anna"), Browser(shared, "ben")
    first, second = empty(anna), empty(anna)
    first[10, 10, 10:14], second[10, 10, 12:16] = 1, 1
    anna.send("PUT", f"{HERE}/annotation", voxels=packed(first), base=0)
    assert anna.get(f"{HERE}/consensus/staple/voxels").status_code == 422
    ben.send("PUT", f"{HERE}/annotation", voxels=packed(second), base=0)
    for browser in (anna, ben):  # observers see each other when both have handed in
        path = f"{HERE}/annotation/{browser.me['name']}/state"
        assert browser.send("POST", path, json={"to": "submitted", "version": 1}).status_code == 200
    told = ben.get(f"{HERE}/agreement").json()
    assert [one["author"] for one in told["observers"]] == ["anna", "ben"]
    assert told["dsc"]["gtvp"]["anna"] == {"anna": 1.0, "ben": 0.5}
    assert told["dsc"]["gtvn"]["anna"] == {"anna": None, "ben": None}
    agreed = anna.labels(f"{HERE}/consensus/majority/voxels", CASE)
    assert np.array_equal(agreed, np.where(first == second, first, 0))
    assert anna.get(f"{HERE}/consensus/mean/voxels").status_code == 422
    assert ben.get(f"{HERE}/agreement", state="accepted").json()["observers"] == []
