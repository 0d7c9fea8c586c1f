"""The page where accounts are in force: logging in, roles, two people on one case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hyoid.app.security.accounts import Accounts
from hyoid.app.security.passwords import Scrypt
from support.page_reader import Reader
from support.page_server import Served, serve
from support.review_client import PASSWORD


@pytest.fixture
def shared(viewed: Path, tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "annotations"
    accounts = Accounts(folder / "accounts.json", Scrypt(n=16))
    for name, role in (("chief", "admin"), ("anna", "annotator"), ("guest", "reader")):
        accounts.add(name, role, PASSWORD)
    with serve(viewed / "cohort", viewed / "predictions", folder, accounts=True) as server:
        yield server


def _log_in(window: Any, served: Served, name: str, password: str = PASSWORD) -> Reader:
    window.goto(served.address())
    window.get_by_label("Name").fill(name)
    window.get_by_label("Password").fill(password)
    window.get_by_role("button", name="Log in").click()
    return Reader(window, served)


def test_a_wrong_password_stays_outside(page: Any, shared: Served) -> None:
    _log_in(page, shared, "anna", "not this one at all")
    page.get_by_role("alert").filter(has_text="do not belong together").wait_for()
    assert page.locator("tr[data-case]").count() == 0


def test_a_reader_may_look_and_not_draw(page: Any, shared: Served) -> None:
    reader = _log_in(page, shared, "guest")
    page.wait_for_selector("tr[data-case]")
    assert page.get_by_role("button", name="Export…").count() == 0
    reader.open("MDA-001")
    reader.tab("Annotate")
    page.get_by_text("Your account may look and not draw").wait_for()
    reader.button("Log out")
    page.get_by_role("button", name="Log in").wait_for()


def test_two_people_on_one_case_are_told_and_one_reviews_the_other(page: Any, shared: Served, chromium: Any) -> None:
    anna = _log_in(page, shared, "anna")
    anna.open("MDA-001")
    anna.tab("Annotate")
    anna.press("z", "b")
    anna.clicks("axial", [(0, 0)])
    anna.button("Submit…")
    anna.answer("OK")
    anna.said("is now submitted")
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    chief = _log_in(context.new_page(), shared, "chief")
    chief.window.set_default_timeout(20_000)
    chief.open("MDA-001")
    chief.window.locator(".save-status .others", has_text="anna is on this case too").wait_for()
    chief.tab("Protocol")
    card = chief.window.locator('[data-author="anna"]')
    card.get_by_role("button", name="Back to draft").click()
    chief.answer("OK")  # refused by the page: a reason is needed
    chief.window.locator("dialog input").fill("The node is missing.")
    chief.answer("OK")
    chief.said("is now draft")
    chief.window.locator("table.history", has_text="The node is missing.").wait_for()
    _draw_the_same(chief)
    agreement = chief.window.locator("table", has_text="DSC, GTVp")
    agreement.wait_for()
    assert agreement.locator("tbody td").all_text_contents() == ["", "1.00", "1.00", ""]
    chief.button("Majority")
    chief.tab("Display")
    chief.window.locator('[data-layer="consensus-majority"]').wait_for()
    context.close()


def _draw_the_same(reader: Reader) -> None:
    """Draw what anna drew, and save it."""
    reader.tab("Annotate")
    reader.press("z", "b")
    reader.clicks("axial", [(0, 0)])
    reader.press("Control+s")
    reader.window.locator(".save-status", has_text="as version 1").wait_for()
    reader.tab("Protocol")
