"""The whole application: what is refused from outside, and that nothing is open by mistake."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from hyoid.app.security.headers import HEADERS
from hyoid.app.server import create_app
from hyoid.app.settings import Settings
from hyoid.errors import HyoidError
from support.review_client import Browser, NoReviews, packed
from support.viewed import CT_GRID, ORIGIN

OPEN = {"/api/me", "/api/login"}


def requests_of(app: FastAPI) -> list[tuple[str, str]]:
    """Return every method and path of the application's interface that asks for a session, parameters filled in."""
    values = {
        "case_id": "MDA-001",
        "author": "chief",
        "version": "1",
        "name": "ct",
        "method": "majority",
        "export_id": "a",
    }
    found = [
        (method.upper(), path.format(**values))
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if path not in OPEN
    ]
    assert len(found) > 15
    return found


def written(folder: Path) -> dict[str, bytes]:
    """What lies in the annotations' folder but the reviews, which the server makes by itself."""
    paths = [path for path in folder.rglob("*") if path.is_file() and "reviews" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.suffix == ".gz"}


def test_nothing_is_open_to_a_stranger(viewer: FastAPI, refusals: Callable[[], list[str]]) -> None:
    client = TestClient(viewer, base_url=ORIGIN, follow_redirects=False)
    asked = requests_of(viewer)
    for method, path in asked:
        answer = client.request(method, path, headers={"Origin": ORIGIN, "X-Hyoid-CSRF": "x"})
        assert answer.status_code == 401, (method, path)
        assert set(answer.json()) == {"error"}
    assert len(refusals()) == len(asked)


def test_a_wrong_cookie_is_no_cookie(viewer: FastAPI, visitor: Browser) -> None:
    (name,) = visitor.client.cookies
    client = TestClient(viewer, base_url=ORIGIN)
    for value in ("", "x", visitor.client.cookies[name][:-1], visitor.me["csrf"], "a" * 5000):
        assert client.get("/api/cases", headers={"Cookie": f"{name}={value}"}).status_code == 401
    good = {"Cookie": f"other=1; {name}={visitor.client.cookies[name]}"}
    assert client.get("/api/cases", headers=good).status_code == 200


def test_no_change_without_the_secret(viewer: FastAPI, visitor: Browser) -> None:
    for method, path in requests_of(viewer):
        if method in ("GET", "HEAD"):
            continue
        for secret in ({}, {"X-Hyoid-CSRF": ""}, {"X-Hyoid-CSRF": visitor.me["csrf"][:-1] + "!"}):
            answer = visitor.client.request(method, path, headers={"Origin": ORIGIN, **secret})
            assert answer.status_code == 403, (method, path)
    assert viewer.state.annotations.of_cohort() == {}


def test_a_reader_changes_nothing(shared_viewer: FastAPI) -> None:
    guest = Browser(shared_viewer, "guest")
    body = packed(np.zeros(CT_GRID.shape, np.uint8))
    for method, path in (("PUT", "/annotation?base=0"), ("POST", "/annotation/guest/state")):
        assert guest.send(method, f"/api/cases/MDA-001{path}", voxels=body).status_code == 403, path
    assert shared_viewer.state.annotations.of_cohort() == {}


FOREIGN_ORIGINS = (
    "http://evil.example", "null", "", "https://127.0.0.1:8765", "http://127.0.0.1", "http://127.0.0.1:8766",
    "http://127.0.0.1:8765.evil.example", "file://", f"{ORIGIN}/",
)  # fmt: skip


def test_foreign_origins(visitor: Browser, refusals: Callable[[], list[str]]) -> None:
    for origin in FOREIGN_ORIGINS:
        headers = {"Origin": origin, "X-Hyoid-CSRF": visitor.me["csrf"]}
        assert visitor.client.put("/api/cases/MDA-001/presence", headers=headers).status_code == 403, origin
        assert visitor.client.get("/api/cases", headers={"Origin": origin}).status_code == 403, origin
    told = [line for line in refusals() if "foreign-origin" in line]
    assert len(told) == 2 * len(FOREIGN_ORIGINS)
    me = visitor.me["name"]
    assert told[0].startswith("PUT /api/cases/{case_id}/presence refused: 403 foreign-origin, user " + me)
    assert told[1].startswith("GET /api/cases refused: 403 foreign-origin, user " + me)
    assert not any("MDA-" in line for line in told)
    assert visitor.client.get("/api/cases", headers={"Origin": ORIGIN}).status_code == 200


def test_a_change_without_an_origin(visitor: Browser) -> None:
    answer = visitor.client.put("/api/cases/MDA-001/presence", headers={"X-Hyoid-CSRF": visitor.me["csrf"]})
    assert answer.status_code == 403


def test_requests_that_other_sites_cause(visitor: Browser) -> None:
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
        assert visitor.client.get("/api/cases", headers={"Sec-Fetch-Site": site}).status_code == status
    assert visitor.client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200  # a link to the page


FOREIGN_HOSTS = (
    "evil.example", "evil.example:8765", "127.0.0.1", "127.0.0.1:8766", "127.0.0.1:8765.evil.example", "127.1:8765", "",
    "localhost.:8765", "user@127.0.0.1:8765",
)  # fmt: skip


def test_other_names_of_this_server(visitor: Browser, refusals: Callable[[], list[str]]) -> None:
    for host in FOREIGN_HOSTS:
        for path in ("/", "/api/me", "/api/cases"):
            assert visitor.client.get(path, headers={"Host": host}).status_code == 400, host
    assert len([line for line in refusals() if "foreign-host" in line]) == 3 * len(FOREIGN_HOSTS)
    for right in ("127.0.0.1:8765", "localhost:8765", "LOCALHOST:8765"):
        assert visitor.client.get("/", headers={"Host": right}).status_code == 200


def test_every_answer_has_its_headers(viewer: FastAPI, visitor: Browser) -> None:
    stranger = TestClient(viewer, base_url=ORIGIN)
    answers = [
        visitor.get("/"), visitor.get("/api/cases"), visitor.get("/api/cases/MDA-001/volumes/ct.nii"),
        visitor.get("/nothing"), visitor.get("/api/cases/x"), stranger.get("/api/cases"),
        stranger.get("/", headers={"Host": "evil.example"}), visitor.send("DELETE", "/api/cases"),
    ]  # fmt: skip
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert "cache-control" in answer.headers
        assert not any(name.startswith("access-control-") for name in answer.headers)
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy and "http" not in policy  # noqa: PT018


def test_preflights_get_no_permission(visitor: Browser) -> None:
    headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "PUT"}
    answer = visitor.client.options("/api/cases/MDA-001/annotation", headers=headers)
    assert answer.status_code == 403
    assert not any(name.startswith("access-control-") for name in answer.headers)


def test_large_bodies_and_bombs(viewer: FastAPI, visitor: Browser, tmp_path: Path) -> None:
    voxels = CT_GRID.size[0] * CT_GRID.size[1] * CT_GRID.size[2]
    bomb = gzip.compress(bytes(200 * 2**20), 9)  # 200 MB in 0.2
    twice = gzip.compress(bytes(voxels)) * 2
    one_more = gzip.compress(bytes(voxels + 1))
    plain = bytes(3 * voxels)
    for body, status in ((bomb, 413), (one_more, 413), (plain, 413), (twice, 422), (b"", 422), (b"\x1f\x8b", 422)):
        for method, path in (("PUT", "/annotation?base=0"), ("POST", "/check")):
            answer = visitor.send(method, f"/api/cases/MDA-001{path}", voxels=body)
            assert answer.status_code == status, (path, len(body), answer.text)
    huge = {"Content-Length": str(2**40), "Content-Type": "application/octet-stream"}
    answer = visitor.client.put(
        "/api/cases/MDA-001/annotation?base=0", content=b"x", headers={**huge, "Origin": ORIGIN}
    )
    assert answer.status_code == 413
    assert viewer.state.annotations.of_cohort() == {}
    assert written(tmp_path / "annotations") == {}


def test_json_is_small(visitor: Browser) -> None:
    sent = {"first": "x" * 70_000, "second": "expert"}
    assert visitor.send("POST", "/api/cases/MDA-001/difference", json=sent).status_code == 413
    nested = b"[" * 60_000
    headers = {"Origin": ORIGIN, "X-Hyoid-CSRF": visitor.me["csrf"], "Content-Type": "application/json"}
    answer = visitor.client.post("/api/cases/MDA-001/difference", content=nested, headers=headers)
    assert answer.status_code in (400, 422)


def test_a_fault_tells_nothing_of_its_inside(
    viewer: FastAPI, visitor: Browser, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(case_id: str) -> None:
        raise RuntimeError(f"patient {case_id} at /secret/place")

    monkeypatch.setattr(viewer.state.panels, "of", fail)
    answer = visitor.get("/api/cases/MDA-001")
    assert answer.status_code == 500
    assert set(answer.json()) == {"error"}
    logged = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("hyoid.app"))
    assert "RuntimeError at test_server.py" in logged
    for text in (answer.text, logged):
        assert "secret" not in text and "MDA-001" not in text  # noqa: PT018


def test_the_log_names_no_patient(visitor: Browser, refusals: Callable[[], list[str]]) -> None:
    for path in (
        "/api/cases/MDA-004/volumes/ct.nii",
        "/api/cases/MDA-777",
        "/MDA-777",
        "/api/cases/MDA-005/layers/expert.nii",
    ):
        visitor.get(path)
    assert len(refusals()) == 4
    assert not any("MDA-" in line for line in refusals())
    assert "/api/cases/{case_id}" in refusals()[1]


def test_refused_settings_start_nothing(viewed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "annotations"
    for settings in (
        Settings(viewed / "cohort", host="0.0.0.0", annotations=folder),  # noqa: S104
        Settings(viewed / "cohort", accounts=True, annotations=folder),
        Settings(viewed / "absent", annotations=folder),
    ):
        with pytest.raises(HyoidError):
            create_app(settings, NoReviews())
    assert not (folder / "hyoid.sqlite").exists()


def test_annotations_of_another_cohort_are_refused(viewer: FastAPI, visitor: Browser, tmp_path: Path) -> None:
    body = packed(np.zeros(CT_GRID.shape, np.uint8))
    assert visitor.send("PUT", "/api/cases/MDA-001/annotation", voxels=body, base=0).status_code == 201
    other = tmp_path / "other"
    other.mkdir()
    (other / "table.csv").write_text("PatientID,Age\nX-1,50\n", encoding="utf-8")
    with pytest.raises(HyoidError, match="none of which fits"):
        create_app(Settings(other, annotations=tmp_path / "annotations"), NoReviews())


def test_a_cohort_without_its_annotated_image_opens(viewed: Path, tmp_path: Path) -> None:
    """One of two annotated cases has lost its CT: the server starts and says it."""
    cohort, folder = tmp_path / "cohort", tmp_path / "annotations"
    cohort.mkdir()
    content = (viewed / "cohort" / "MDA-001__CT.nii.gz").read_bytes()
    for case_id in ("A-1", "A-2"):
        (cohort / f"{case_id}__CT.nii.gz").write_bytes(content)
    app = create_app(Settings(cohort, annotations=folder), NoReviews())
    browser, body = Browser(app), packed(np.zeros(CT_GRID.shape, np.uint8))
    for case_id in ("A-1", "A-2"):
        assert browser.send("PUT", f"/api/cases/{case_id}/annotation", voxels=body, base=0).status_code == 201
    app.state.annotations.close()
    (cohort / "A-2__CT.nii.gz").write_bytes(content[:40])
    again = create_app(Settings(cohort, annotations=folder), NoReviews())
    rows = Browser(again).get("/api/cases").json()
    assert [row["id"] for row in rows["cases"]] == ["A-1", "A-2"]
    assert any("A-2" in note for note in rows["notes"])
    assert str(tmp_path) not in json.dumps(rows)
    again.state.annotations.close()
