"""A checklist to read, and as a section of the report."""

from __future__ import annotations

from hyoid.benchmark.checklists.checklist import Checklist
from hyoid.evaluation.report import page

OPEN = "OPEN: for the authors"
"""All that stands at an item of which the benchmark knows nothing."""

_HEADER = ("item", "section", "topic", "answer")


def as_markdown(checklist: Checklist) -> str:
    """Return the checklist as a section of Markdown: how much of it is open, and a table of all items."""
    lines = [f"## {checklist.name}", "", _head(checklist), "", f"Source: {checklist.source}", ""]
    lines += ["| " + " | ".join(_HEADER) + " |", "|" + "---|" * len(_HEADER)]
    lines += ["| " + " | ".join(_escaped(cell) for cell in row) + " |" for row in _rows(checklist)]
    return "\n".join([*lines, ""])


def as_html(checklist: Checklist) -> str:
    """Return the checklist as a section of the report's page."""
    return page.section(
        checklist.name,
        page.paragraph(_head(checklist), "notice"),
        page.paragraph(f"Source: {checklist.source}", "lead"),
        page.table(_HEADER, _rows(checklist), numeric_from=len(_HEADER)),
    )


def _head(checklist: Checklist) -> str:
    still_open = len(checklist.open)
    return (
        f"{len(checklist.items) - still_open} of {len(checklist.items)} items are pre-filled from this benchmark, "
        f"{still_open} are open. What is pre-filled is a starting point, which the authors must read, correct and "
        "complete: the benchmark knows its own files, not the study. Topics are in our words; the guideline's count."
    )


def _rows(checklist: Checklist) -> list[list[str]]:
    return [[one.number, one.section, one.item, one.answer or OPEN] for one in checklist.items]


def _escaped(cell: str) -> str:
    """Return a cell of a Markdown table: a bar would end it, and a new line the table."""
    return " ".join(cell.replace("|", "\\|").split())
