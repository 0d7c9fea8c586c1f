"""The page's files, and nothing else of the disk."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from hyoid.app.routes.pages import PageFile, page_files
from support.viewed import ORIGIN

FILES = {
    "index.html": PageFile(b"<!doctype html>", "text/html; charset=utf-8", '"1"'),
    "assets/a.js": PageFile(b"1", "text/javascript; charset=utf-8", '"2"'),
}


@pytest.fixture
def client(viewer: FastAPI) -> TestClient:
    viewer.state.page = FILES
    return TestClient(viewer, base_url=ORIGIN, follow_redirects=False)


def test_the_page_needs_no_session_and_holds_nothing(client: TestClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.text) == (200, "<!doctype html>")
    assert client.get("/assets/a.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/", headers={"If-None-Match": '"1"'}).status_code == 304


NO_PAGES = (
    "/assets", "/assets/", "/../server.py", "/assets/../../server.py", "/%2e%2e/server.py", "/..%2fserver.py",
    "/assets/%2e%2e/index.html", "/index.html/", "/INDEX.HTML", "/etc/passwd", "/%00", "/a.js", "/\\..\\server.py",
    "/docs", "/redoc", "/openapi.json", "/index.html%00.js", "/%2fetc/passwd",
)  # fmt: skip


def test_no_other_path(client: TestClient) -> None:
    for path in NO_PAGES:
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer.json() == {"error": "There is no such page."}


def test_the_list_is_that_of_the_package() -> None:
    import hyoid.app

    folder = Path(hyoid.app.__file__).parent / "page"
    for name, file in page_files().items():
        assert (folder / name).read_bytes() == file.content
        assert not name.endswith(".py")


def test_an_installation_without_the_page_says_so(viewer: FastAPI) -> None:
    viewer.state.page = {}
    assert "npm run build" in TestClient(viewer, base_url=ORIGIN).get("/").text
