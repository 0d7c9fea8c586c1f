"""What every figure is made with: a canvas, and the text that embeds it in a page."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from typing import Any

PNG_START = "data:image/png;base64,"

PALETTE = ("#0969da", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#bf3989", "#57606a", "#1b7c83")
"""Colours of groups without an order, all dark enough for letters on white."""


def new_figure(
    rows: int,
    columns: int,
    size: tuple[float, float],
    gridspec: Mapping[str, Any] | None = None,
    *,
    sharex: bool = False,
) -> tuple[Any, list[Any]]:
    """Return a figure without pyplot, whose global state would leak memory in a long process."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharex=sharex, gridspec_kw=dict(gridspec or {}))
    return figure, list(axes.ravel())


def svg_of(figure: Any) -> str:
    """Return a figure as an SVG element, the same text for the same figure."""
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "hyoid"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def png_of(figure: Any) -> str:
    """Return a figure as a PNG data URI."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130, bbox_inches="tight")
    return PNG_START + base64.b64encode(buffer.getvalue()).decode()
