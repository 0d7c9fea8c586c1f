"""Drawing outlives the session: it ends while something is drawn, one comes in again, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hyoid.app.security import bodies
from hyoid.app.security.accounts import Accounts
from hyoid.app.security.passwords import Scrypt
from hyoid.app.security.sessions import Sessions
from support.page_reader import Reader
from support.page_server import Served, serve
from support.review_client import PASSWORD


@pytest.fixture(autouse=True)
def _small_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the little that is drawn here be more than a stranger may send."""
    monkeypatch.setattr(bodies, "STRANGER_BYTES", 120)


def _end_all(served: Served) -> None:
    """Forget who is in, as a restarted server does, or eight hours."""
    served.app.state.sessions = Sessions()


def _draw(reader: Reader) -> str:
    """Draw a dab and return what the check says of it."""
    reader.open("MDA-001")
    reader.tab("Annotate")
    reader.press("z", "b")
    reader.clicks("axial", [(0, 0)])
    return _checked(reader)


def _checked(reader: Reader) -> str:
    reader.window.wait_for_selector(".check-live[data-state=current]")
    return str(reader.window.locator(".check-live tbody").first.text_content())


def _is_saved(reader: Reader, drawn: str) -> None:
    """See that it is saved, and there after a reload."""
    reader.window.locator(".save-status", has_text="as version 1").wait_for()
    reader.window.reload()
    reader.window.wait_for_selector("main.case[data-ready]")
    reader.tab("Annotate")
    assert _checked(reader) == drawn


def test_by_a_new_address_in_another_tab(page: Any, served: Served) -> None:
    reader = Reader(page, served)
    reader.come_in()
    drawn = _draw(reader)
    _end_all(served)
    reader.press("Control+s")
    page.locator("dialog", has_text="press Enter in its terminal").wait_for()
    reader.answer("Try again")  # too early: it asks once more
    page.locator("dialog", has_text="press Enter in its terminal").wait_for()
    reader.answer("Not now")
    page.locator(".save-status", has_text="not saved").wait_for()
    reader.press("Control+s")
    other = page.context.new_page()
    other.goto(served.address())
    other.wait_for_selector("tr[data-case]")
    reader.answer("Try again")
    _is_saved(reader, drawn)


@pytest.mark.slow
def test_a_new_session_in_another_tab_needs_no_question(page: Any, served: Served) -> None:
    """The cookie is new, the page's secret old."""
    reader = Reader(page, served)
    reader.come_in()
    drawn = _draw(reader)
    _end_all(served)
    other = page.context.new_page()
    other.goto(served.address())
    other.wait_for_selector("tr[data-case]")
    reader.press("Control+s")
    _is_saved(reader, drawn)


@pytest.fixture
def shared(viewed: Path, tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "annotations"
    accounts = Accounts(folder / "accounts.json", Scrypt(n=16))
    accounts.add("chief", "admin", PASSWORD)
    accounts.add("anna", "annotator", PASSWORD)
    with serve(viewed / "cohort", viewed / "predictions", folder, accounts=True) as server:
        yield server


def _log_in(window: Any, served: Served, name: str) -> None:
    window.goto(served.address())
    window.get_by_label("Name").fill(name)
    window.get_by_label("Password").fill(PASSWORD)
    window.get_by_role("button", name="Log in").click()
    window.wait_for_selector("tr[data-case]")


def test_by_the_password_and_never_in_the_name_of_another(page: Any, shared: Served) -> None:
    _log_in(page, shared, "anna")
    reader = Reader(page, shared)
    drawn = _draw(reader)
    _end_all(shared)
    other = page.context.new_page()
    _log_in(other, shared, "chief")
    reader.press("Control+s")
    page.locator("dialog", has_text="in as chief").wait_for()
    assert not shared.app.state.annotations.history("MDA-001")
    page.locator("dialog").get_by_label("Password").fill("not this one at all")
    reader.answer("Log in")
    page.locator("dialog [role=alert]", has_text="do not belong together").wait_for()
    page.locator("dialog").get_by_label("Password").fill(PASSWORD)
    page.locator("dialog").get_by_label("Password").press("Enter")
    _is_saved(reader, drawn)
