"""The cohort as a table: sorting, filtering, progress, and what each row links to."""

from __future__ import annotations

from typing import Any

import pytest

from support.page_reader import Reader
from support.page_server import Served


@pytest.fixture
def reader(page: Any, served: Served) -> Reader:
    found = Reader(page, served)
    found.come_in()
    found.window.locator('tr[data-case="MDA-001"] a.flag').first.wait_for()  # the reviews are done
    return found


def _ids(reader: Reader) -> list[str]:
    return [row.get_attribute("data-case") for row in reader.window.locator("tr[data-case]").all()]


def test_the_table_sorts_both_ways_and_keeps_what_is_unknown_last(reader: Reader) -> None:
    assert _ids(reader) == ["MDA-001", "MDA-002", "MDA-003", "MDA-004", "MDA-005"]
    reader.button("Case ▴")
    assert _ids(reader) == ["MDA-005", "MDA-004", "MDA-003", "MDA-002", "MDA-001"]
    for times in (1, 2):
        reader.window.locator("thead button", has_text="HPV").click()
        assert _ids(reader)[0] == "MDA-001", times  # the only one with a prediction


def test_the_whole_head_cell_sorts(reader: Reader) -> None:
    head = reader.window.locator("table.cases th", has_text="Case")
    assert head.get_attribute("aria-sort") == "ascending"
    head.click(position={"x": 3, "y": 3})
    assert head.get_attribute("aria-sort") == "descending"
    head.get_by_role("button").focus()
    reader.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"


def test_rows_are_searched_and_filtered(reader: Reader) -> None:
    reader.window.get_by_label("Search case or center").fill("-003")
    assert _ids(reader) == ["MDA-003"]
    reader.window.get_by_role("status").filter(has_text="1 of 5 cases").wait_for()
    reader.window.get_by_label("Search case or center").fill("")
    reader.window.get_by_label("Only cases flagged").select_option(label="missed node")
    assert _ids(reader) == ["MDA-001"]
    reader.window.get_by_label("Only cases flagged").select_option("")
    reader.window.get_by_label("Only cases with annotations in state").select_option("draft")
    assert _ids(reader) == []


def test_progress_and_the_audit_log_tell_what_was_done(reader: Reader) -> None:
    reader.open("MDA-001")
    reader.tab("Annotate")
    reader.button("Start from expert")
    reader.button("Save")
    reader.window.locator(".save-status", has_text="as version 1").wait_for()
    reader.window.get_by_role("link", name="hyoid").click()
    reader.window.locator(".annotator", has_text="1 of 5 · 1 draft").wait_for()
    reader.window.get_by_label("Only cases with annotations in state").select_option("draft")
    assert _ids(reader) == ["MDA-001"]
    reader.button("Audit log")
    reader.window.locator("dialog td", has_text="saved").first.wait_for()


@pytest.mark.slow
def test_the_rendering_in_three_dimensions_starts(reader: Reader) -> None:
    reader.open("MDA-001")
    reader.button("3D")
    reader.window.get_by_text("3D · drag turns").wait_for(timeout=60_000)
