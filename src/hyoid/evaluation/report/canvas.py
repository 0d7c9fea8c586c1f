"""An empty figure, and a drawn one as text: what all figures of reports share."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any


def blank_figure(
    rows: int,
    columns: int,
    size: tuple[float, float],
    gridspec: Mapping[str, Any] | None = None,
    *,
    sharex: bool = False,
) -> tuple[Any, list[Any]]:
    """Return a figure and its axes, row by row.

    Without pyplot, whose global state would leak memory in a long process.

    Parameters
    ----------
    rows, columns
        Of axes.
    size
        Width and height in inches.
    gridspec, sharex
        As in matplotlib's `subplots`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharex=sharex, gridspec_kw=dict(gridspec or {}))
    return figure, list(axes.ravel())


def as_svg(figure: Any) -> str:
    """Return a figure as an SVG element, the same text for the same drawing; letters are drawn as paths."""
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "hyoid"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
