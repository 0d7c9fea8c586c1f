"""A checklist to read, and as a section of the report."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import groupby

from hyoid.benchmark.checklists.checklist import Checklist
from hyoid.evaluation.report import page

OPEN = "OPEN: for the authors"
"""All that stands at an item of which the benchmark knows nothing."""

_SENTENCES = re.compile(r"(?<=[\w)%][.])(?<!e\.g\.)(?<!i\.e\.)(?<! al\.)\s+")
"""Between a sentence and the next."""

_PARTS = re.compile(r";\s+(?![^(]*\))")
"""Semicolons, but for those in brackets."""

_LEAST_LISTED, _LONG = 3, 120
"""Parts and letters from which on a sentence is set as a list."""

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
        *_sections(checklist),
    )


def _sections(checklist: Checklist) -> Iterator[str]:
    """Yield each section's title and items: number and topic beside the answer, a sentence a line."""
    for title, items in groupby(checklist.items, key=lambda item: item.section):
        rows = "".join(_item(one.number, one.item, one.answer) for one in items)
        yield f"<h3>{html.escape(title)}</h3><dl class='checklist'>{rows}</dl>"


def _item(number: str, topic: str, answer: str | None) -> str:
    head = f"<dt><b>{html.escape(number)}</b> {html.escape(topic)}</dt>"
    if not answer:
        return f"<div class='open'>{head}<dd>{OPEN}</dd></div>"
    return f"<div>{head}<dd>{''.join(map(_sentence, _SENTENCES.split(answer)))}</dd></div>"


def _sentence(text: str) -> str:
    """Return a sentence as a paragraph; as a list where it is one of several recipes, say, each after a semicolon."""
    parts = [html.escape(part.strip()) for part in _PARTS.split(text)]
    if len(parts) < _LEAST_LISTED or len(text) < _LONG:
        return f"<p>{html.escape(text)}</p>"
    return f"<ul>{''.join(f'<li>{part}</li>' for part in parts)}</ul>"


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
