"""A browser for the page, where this computer has one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.page_phantoms import write_phantoms
from support.page_server import Served, serve

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless Chromium, started once a file: Playwright's event loop would stand in the way of other files' own."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = os.environ.get("HYOID_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this computer: install it, or name it in HYOID_CHROMIUM")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A fresh window."""
    with _window(chromium) as window:
        yield window


@pytest.fixture(scope="module")
def shared_page(chromium: Any) -> Iterator[Any]:
    """A window for all tests of a file that only look."""
    with _window(chromium) as window:
        yield window


@contextmanager
def _window(chromium: Any) -> Iterator[Any]:
    """Give a window, which must stay free of errors and ask nobody but our own server."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    window = context.new_page()
    window.set_default_timeout(20_000)
    faults: list[str] = []
    window.on("pageerror", lambda error: faults.append(str(error)))
    window.on("request", lambda request: _only_ours(request.url, faults))
    window.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    yield window
    context.close()
    assert not faults


def _only_ours(url: str, faults: list[str]) -> None:
    if not url.startswith(("http://127.0.0.1:", "blob:http://127.0.0.1:", "data:")):
        faults.append(f"the page asked for {url}")


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A phantom cohort of two patients and its predictions; nobody writes into them."""
    return write_phantoms(tmp_path_factory.mktemp("phantoms"), patients=2)


@pytest.fixture
def served(viewed: Path, tmp_path: Path) -> Iterator[Served]:
    """The small cohort of `support.viewed`, with a dose, a case of PET alone, and broken ones."""
    with serve(viewed / "cohort", viewed / "predictions", tmp_path / "annotations") as server:
        yield server
