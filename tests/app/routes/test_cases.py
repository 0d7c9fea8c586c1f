"""Table, panel, and another user's case."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI

from support.review_client import Browser
from support.waiting import wait_until

OF_CASE = (
    ("GET", ""), ("GET", "/volumes/ct.nii"), ("GET", "/volumes/pet.nii"), ("GET", "/layers/expert.nii"),
    ("GET", "/layers/expert/voxels"), ("GET", "/annotation"), ("GET", "/annotation/chief/1/voxels"),
    ("GET", "/agreement"), ("GET", "/consensus/majority/voxels"), ("PUT", "/presence"), ("PUT", "/annotation?base=0"),
    ("POST", "/check"), ("POST", "/difference"), ("POST", "/operations/expand"), ("POST", "/annotation/chief/state"),
)  # fmt: skip


def test_the_table(visitor: Browser) -> None:
    wait_until(lambda: visitor.get("/api/cases").json()["waiting"] == 0)
    rows = {row["id"]: row for row in visitor.get("/api/cases").json()["cases"]}
    assert list(rows) == ["MDA-001", "MDA-002", "MDA-003", "MDA-004", "MDA-005"]
    assert rows["MDA-001"]["flags"] == ["missed_node", "hallucinated_node"]
    assert rows["MDA-004"]["findings"]["error"] >= 1
    assert rows["MDA-001"]["annotations"] == []


def test_a_panel(visitor: Browser, viewed: Path) -> None:
    for case_id in ("MDA-001", "MDA-002", "MDA-003", "MDA-004", "MDA-005"):
        answer = visitor.get(f"/api/cases/{case_id}")
        assert answer.status_code == 200
        assert answer.json()["id"] == case_id
        assert str(viewed) not in answer.text


NO_IDS = (
    "MDA-999", "..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "MDA-001%00", "MDA-001%2f..%2fMDA-002", "%5c..%5cMDA-001",
    "MDA-001.nii.gz", "~", "*", "MDA-00%3f", "x" * 4000,
)  # fmt: skip


@pytest.mark.parametrize("rest", ["", "/volumes/ct.nii", "/layers/expert/voxels", "/annotation"])
def test_path_tricks_in_the_id(visitor: Browser, rest: str) -> None:
    for case_id in NO_IDS:
        answer = visitor.get(f"/api/cases/{case_id}{rest}")
        assert answer.status_code == 404, case_id
        assert "passwd" not in answer.text


NO_PARTS = (
    "/volumes/..nii", "/volumes/..%2fct.nii", "/volumes/ct_planning.nii", "/volumes/mask.nii", "/volumes/ct.nii.gz",
    "/layers/..%2fMDA-002.nii", "/layers/annotated.nii", "/layers/ct/voxels", "/layers/%00.nii",
    "/annotation/..%2f..%2fx/1/voxels", "/annotation/..%5c/1/voxels",
)  # fmt: skip


def test_path_tricks_in_other_parameters(visitor: Browser) -> None:
    for rest in NO_PARTS:
        assert visitor.get(f"/api/cases/MDA-001{rest}").status_code in (404, 422), rest


def test_another_users_case_does_not_exist(shared_viewer: FastAPI, refusals: Callable[[], list[str]]) -> None:
    limited = Browser(shared_viewer, "limited")
    for method, rest in OF_CASE:
        of_another = limited.send(method, f"/api/cases/MDA-001{rest}")
        of_nobody = limited.send(method, f"/api/cases/MDA-999{rest}")
        assert of_another.status_code == 404, rest
        assert of_another.json() == {"error": "There is no such case in this cohort."}
        assert of_nobody.content == of_another.content
    of_another_case = [line for line in refusals() if "case-of-another" in line and "user limited" in line]
    assert len(of_another_case) == 2 * len(OF_CASE)
    assert not any("MDA-001" in line for line in refusals())
    assert shared_viewer.state.annotations.of_cohort() == {}


def test_who_sees_some_cases_sees_these(shared_viewer: FastAPI) -> None:
    limited, chief = Browser(shared_viewer, "limited"), Browser(shared_viewer, "chief")
    assert [row["id"] for row in limited.get("/api/cases").json()["cases"]] == ["MDA-002"]
    assert limited.get("/api/cases").json()["notes"] == []  # they name other patients
    assert limited.get("/api/cases/MDA-002").status_code == 200
    assert limited.get("/api/cases/MDA-002/volumes/pet.nii").status_code == 200
    assert len(chief.get("/api/cases").json()["cases"]) == 5
