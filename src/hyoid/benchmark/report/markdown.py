"""Markdown of a model card as part of a page."""

from __future__ import annotations

from markdown_it import MarkdownIt

LEVELS_DOWN = 2
"""A card's title is no title of the page: its headings stand below the section's."""


def as_html(text: str) -> str:
    """Return Markdown as HTML; what is HTML in it is shown and not obeyed."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1:]) + LEVELS_DOWN)}"
    return str(reader.renderer.render(tokens, reader.options, {}))
