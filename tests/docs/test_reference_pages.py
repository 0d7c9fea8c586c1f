import pytest

from docs.reference_pages import PAGES, ROOT


@pytest.mark.parametrize("name", PAGES)
def test_page_is_what_the_program_says(name: str) -> None:
    written = (ROOT / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"out of date: run `python tests/docs/reference_pages.py`, which writes {name}"
