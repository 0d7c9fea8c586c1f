"""Exports through the server: what comes out is read back by others, and nobody else may ask."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI

from hyoid.cohort import check_cohort, read_cohort
from hyoid.files import sha256_of_file
from hyoid.imaging import read_grid, read_volume
from support.review_client import Browser, packed

CASES = ("ACEN-000", "BCEN-001")


def draw(browser: Browser, case: str, shift: int = 0, base: int = 0, state: str = "accepted") -> np.ndarray:
    """Save the expert's contour, moved, take it to a state, and return it on the case's own grid."""
    library = browser.app.state.library
    labels = np.roll(library.layer(case, "expert").array, shift, axis=2)
    order, here = library.canonical(case), f"/api/cases/{case}"
    saved = browser.send("PUT", f"{here}/annotation", voxels=packed(order.forward(labels)), base=base)
    assert saved.status_code == 201
    steps = ("submitted", "reviewed", "accepted")
    me = browser.me["name"]
    for to in steps[: steps.index(state) + 1] if state in steps else ():
        who = browser if to == "submitted" or browser.me["role"] == "admin" else Browser(browser.app, "chief")
        sent = {"to": to, "version": base + 1}
        assert who.send("POST", f"{here}/annotation/{me}/state", json=sent).status_code == 200
    return labels


def folder_of(browser: Browser, told: dict) -> Path:
    return browser.app.state.annotations.folder / "exports" / told["id"]


def test_a_nifti_cohort_is_read_back_and_checked(browser: Browser) -> None:
    drawn = {case: draw(browser, case, shift) for shift, case in enumerate(CASES)}
    answer = browser.send("POST", "/api/exports", json={"format": "nifti", "images": "copy"})
    assert answer.status_code == 201
    told = answer.json()
    folder = folder_of(browser, told)
    cohort = read_cohort(folder)
    assert [case.id for case in cohort.cases] == list(CASES)
    for case in cohort.cases:
        assert read_grid(case.mask) == read_grid(case.images["ct"])
        assert np.array_equal(read_volume(case.mask).array, drawn[case.id])
    assert not [finding for finding in check_cohort(cohort) if finding.severity == "error"]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(told["files"]) == {*manifest["files"], "manifest.json"}
    assert all(sha256_of_file(folder / name) == digest for name, digest in manifest["files"].items())
    (part,) = manifest["cohorts"]
    assert [one["versions"][0]["state"] for one in part["cases"]] == ["accepted", "accepted"]
    assert (
        part["cases"][0]["versions"][0]["hash"]
        == browser.get(f"/api/cases/{CASES[0]}/annotation").json()["mine"]["hash"]
    )


def test_the_archive_has_all_but_what_is_linked(browser: Browser) -> None:
    draw(browser, CASES[0])
    told = browser.send("POST", "/api/exports", json={"format": "nifti"}).json()
    folder = folder_of(browser, told)
    linked = [path for path in folder.rglob("*") if path.is_symlink()]
    assert len(linked) == 2
    assert "Images are links" in " ".join(told["notes"])
    answer = browser.get(f"/api/exports/{told['id']}.zip")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [f"{CASES[0]}/{CASES[0]}.nii.gz", "clinical.csv", "manifest.json"]
        assert archive.read("manifest.json") == (folder / "manifest.json").read_bytes()
        assert str(folder.parents[1]) not in archive.read("manifest.json").decode()
    assert browser.get("/api/exports").json() == [told["id"]]


def test_nnunet_raw_is_read_back(browser: Browser) -> None:
    drawn = {case: draw(browser, case) for case in CASES}
    told = browser.send("POST", "/api/exports", json={"format": "nnunet", "images": "copy"}).json()
    cohort = read_cohort(folder_of(browser, told))
    assert cohort.layout == "nnunet"
    for case in cohort.cases:
        assert np.array_equal(read_volume(case.mask).array, drawn[case.id])
        assert read_grid(case.images["pet"]) == read_grid(case.images["ct"]) == read_grid(case.mask)
    assert not [finding for finding in check_cohort(cohort) if finding.severity == "error"]


def test_only_what_is_far_enough_is_exported(browser: Browser) -> None:
    accepted = draw(browser, CASES[0])
    draw(browser, CASES[0], 3, base=1, state="draft")
    draw(browser, CASES[1], state="submitted")
    told = browser.send("POST", "/api/exports", json={"format": "nifti", "images": "none"}).json()
    assert [name for name in told["files"] if name.endswith(".gz")] == [f"{CASES[0]}/{CASES[0]}.nii.gz"]
    assert np.array_equal(read_volume(folder_of(browser, told) / told["files"][0]).array, accepted)
    assert "Version 2 of" in " ".join(told["notes"])
    told = browser.send("POST", "/api/exports", json={"format": "nifti", "images": "none", "state": "submitted"}).json()
    assert len([name for name in told["files"] if name.endswith(".gz")]) == 2


def test_each_author_s_contours_are_a_cohort_where_a_case_has_several(shared: FastAPI) -> None:
    anna, ben, chief = (Browser(shared, name) for name in ("anna", "ben", "chief"))
    first, second = draw(anna, CASES[0]), draw(ben, CASES[0], 1)
    draw(ben, CASES[1])
    wanted = {"format": "nifti", "images": "none"}
    told = chief.send("POST", "/api/exports", json=wanted).json()
    folder = folder_of(chief, told)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.nii.gz")) == [
        f"anna/{CASES[0]}/{CASES[0]}.nii.gz",
        f"ben/{CASES[0]}/{CASES[0]}.nii.gz",
        f"ben/{CASES[1]}/{CASES[1]}.nii.gz",
    ]
    for name, labels in (("anna", first), ("ben", second)):
        assert np.array_equal(read_volume(folder / name / CASES[0] / f"{CASES[0]}.nii.gz").array, labels)
    told = chief.send("POST", "/api/exports", json={**wanted, "author": "anna"}).json()
    assert told["files"] == [f"{CASES[0]}/{CASES[0]}.nii.gz", "clinical.csv", "manifest.json"]
    told = chief.send("POST", "/api/exports", json={**wanted, "source": "majority"}).json()
    agreed = read_volume(folder_of(chief, told) / f"{CASES[0]}/{CASES[0]}.nii.gz").array
    assert np.array_equal(agreed, np.where(first == second, first, 0))
    assert any(note.startswith(f"{CASES[1]} was left out: Found contours by ben alone") for note in told["notes"])


def test_where_there_is_nothing_to_export_nothing_is_left_behind(browser: Browser) -> None:
    draw(browser, CASES[0], state="draft")
    for wanted in ({"format": "nifti"}, {"format": "seg", "state": "draft"}, {"format": "nifti", "author": "nobody"}):
        answer = browser.send("POST", "/api/exports", json=wanted)
        assert answer.status_code == 422
        assert "nothing to export" in answer.json()["error"]
    assert (
        "import.json" in browser.send("POST", "/api/exports", json={"format": "seg", "state": "draft"}).json()["error"]
    )
    assert list((browser.app.state.annotations.folder / "exports").iterdir()) == []


@pytest.mark.parametrize(
    "wanted",
    [
        {"format": "tiff"},
        {"format": "nifti", "state": "done"},
        {"format": "nnunet", "images": "none"},
        {"format": "nifti", "source": "staple", "author": "anna"},
        {"format": "nifti", "out": "somewhere"},
        {},
    ],
)
def test_other_requests_are_refused(browser: Browser, wanted: dict) -> None:
    assert browser.send("POST", "/api/exports", json=wanted).status_code == 422


def test_only_an_admin_exports_and_reads_the_log(shared: FastAPI) -> None:
    anna, guest, chief = (Browser(shared, name) for name in ("anna", "guest", "chief"))
    draw(anna, CASES[0])
    made = chief.send("POST", "/api/exports", json={"format": "nifti"}).json()
    for browser in (anna, guest):
        assert browser.send("POST", "/api/exports", json={"format": "nifti"}).status_code == 403
        for path in ("/api/exports", f"/api/exports/{made['id']}.zip", "/api/audit", "/api/storage"):
            assert browser.get(path).status_code == 403
    for identifier in ("nothing", "..", "%2e%2e", "..%2Fversions", ""):
        assert chief.get(f"/api/exports/{identifier}.zip").status_code == 404


def test_the_log_tells_who_did_what_in_json_lines(shared: FastAPI) -> None:
    anna, chief = Browser(shared, "anna"), Browser(shared, "chief")
    draw(anna, CASES[0])
    told = chief.send("POST", "/api/exports", json={"format": "nifti"}).json()
    chief.get(f"/api/exports/{told['id']}.zip")
    answer = chief.get("/api/audit")
    assert answer.headers["Content-Type"].startswith("application/x-ndjson")
    events = [json.loads(line) for line in answer.text.splitlines()]
    assert [(e["who"], e["what"]) for e in events] == [
        ("anna", "saved"), ("anna", "submitted"), ("chief", "reviewed"), ("chief", "accepted"),
        ("chief", "exported"), ("chief", "downloaded"),
    ]  # fmt: skip
    assert all(e["origin"] == "testclient" and e["at"].endswith("Z") for e in events)
    assert events[4]["detail"]["cases"] == 1
    assert events[5]["detail"]["id"] == told["id"]


def test_what_became_of_the_files_is_told(browser: Browser) -> None:
    draw(browser, CASES[0], state="draft")
    store = browser.app.state.annotations
    digest = browser.get(f"/api/cases/{CASES[0]}/annotation").json()["mine"]["hash"]
    assert browser.get("/api/storage").json() == {"versions": 1, "orphans": [], "missing": []}
    store.blobs.path(digest).rename(store.blobs.path("0" * 64))
    assert browser.get("/api/storage").json() == {"versions": 1, "orphans": ["0" * 64], "missing": [digest]}
    answer = browser.get(f"/api/cases/{CASES[0]}/annotation/{browser.me['name']}/1/voxels")
    assert answer.status_code == 500
    assert "Restore it from a backup" in answer.json()["error"]
    assert str(store.folder) not in answer.json()["error"]
