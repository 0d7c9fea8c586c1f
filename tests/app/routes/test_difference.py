"""The difference of two label maps."""

import numpy as np
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hyoid.app.routes.difference import compare
from support.review_client import Browser, packed, unpacked
from support.viewed import ELSEWHERE, NODE, PRIMARY, labels_of

maps = hnp.arrays(np.uint8, (2, 3, 4), elements=st.integers(0, 2))


@given(maps, maps)
def test_every_voxel_has_one_answer(first: np.ndarray, second: np.ndarray) -> None:
    found = compare(first, second)
    for a, b, answer in zip(first.flat, second.flat, found.flat, strict=True):
        expected = 0 if a == b == 0 else 1 if a == b else 2 if b == 0 else 3 if a == 0 else 4
        assert answer == expected


def test_expert_and_predicted(visitor: Browser, viewer: FastAPI) -> None:
    answer = visitor.send("POST", "/api/cases/MDA-001/difference", json={"first": "expert", "second": "predicted"})
    assert answer.status_code == 200
    order = viewer.state.library.canonical("MDA-001")
    found = order.back(unpacked(answer, viewer, "MDA-001"))
    np.testing.assert_array_equal(found, labels_of((PRIMARY, 1), (NODE, 2), (ELSEWHERE, 3)).array)


def test_with_an_annotation(visitor: Browser, viewer: FastAPI) -> None:
    order = viewer.state.library.canonical("MDA-001")
    drawn = order.forward(labels_of((PRIMARY, 2)).array)
    saved = visitor.send("PUT", "/api/cases/MDA-001/annotation", voxels=packed(drawn), base=0)
    assert saved.status_code == 201
    pair = {"first": "expert", "second": f"{visitor.me['name']}@1"}
    answer = visitor.send("POST", "/api/cases/MDA-001/difference", json=pair)
    found = order.back(unpacked(answer, viewer, "MDA-001"))
    np.testing.assert_array_equal(found, labels_of((PRIMARY, 4), (NODE, 2)).array)


def test_other_names(visitor: Browser) -> None:
    for name in ("", "ct", "../expert", "nobody@1", "x@0", "x@-1", "expert@", "@1", "x@99999999999"):
        sent = {"first": "expert", "second": name}
        assert visitor.send("POST", "/api/cases/MDA-001/difference", json=sent).status_code == 404, name


def test_a_reader_may_compare_and_must_be_in(shared_viewer: FastAPI) -> None:
    guest = Browser(shared_viewer, "guest")
    sent = {"first": "expert", "second": "predicted"}
    assert guest.send("POST", "/api/cases/MDA-001/difference", json=sent).status_code == 200
    guest.client.cookies.clear()
    assert guest.send("POST", "/api/cases/MDA-001/difference", json=sent).status_code == 401
