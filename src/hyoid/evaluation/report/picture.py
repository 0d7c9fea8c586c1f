"""A figure with its name and its words, for a page and as a file of its own."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from hyoid.evaluation.report import page
from hyoid.evaluation.report.drawing import PNG_START


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure.

    Parameters
    ----------
    name
        Of its file, without the ending.
    source
        An SVG element or a PNG data URI.
    description
        What it shows, for those who cannot see it.
    caption
        What stands below it.
    """

    name: str
    source: str
    description: str
    caption: str

    @property
    def file_name(self) -> str:
        """Name of its file."""
        return f"{self.name}.{'png' if self.source.startswith(PNG_START) else 'svg'}"

    def html(self) -> str:
        """Return the figure for a page."""
        return page.picture(self.source, self.description, self.caption)

    def content(self) -> bytes:
        """Return the content of its file; an SVG says in its own text what it shows."""
        if self.source.startswith(PNG_START):
            return base64.b64decode(self.source.removeprefix(PNG_START))
        return page.described_svg(self.source, self.description).encode()
