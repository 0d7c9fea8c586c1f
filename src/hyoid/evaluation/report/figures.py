"""Figures of the report, embedded as text so that the HTML needs no other file."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

from hyoid.evaluation.report.projection import COLOURS, STYLES, Projection, draw


def learning_curves(histories: Mapping[str, Sequence[Mapping[str, Any]]], metric: str) -> str:
    """Return an SVG of the training loss and of the selection metric against the epoch, one line per fold."""
    figure, (left, right) = _figure(1, 2, (8.4, 2.9))
    for name, history in histories.items():
        left.plot([e["epoch"] + 1 for e in history], [e["loss"] for e in history], label=name, linewidth=1.2)
        chosen = [e for e in history if e.get("select_value") is not None]
        right.plot([e["epoch"] + 1 for e in chosen], [e["select_value"] for e in chosen], ".-", label=name, linewidth=1)
    left.set(xlabel="epoch", ylabel="training loss (Dice + CE)")
    right.set(xlabel="epoch", ylabel=f"{metric} on the select part", ylim=(0, 1))
    for axes in (left, right):
        axes.grid(alpha=0.25)
        axes.legend(fontsize=8, frameon=False)
    return _svg(figure)


def paired_differences(first: Sequence[float], second: Sequence[float], names: tuple[str, str]) -> str:
    """Return an SVG with one point per case: metric of the first system against the second's."""
    figure, (axes,) = _figure(1, 1, (3.6, 3.4))
    axes.plot([0, 1], [0, 1], color="#8c959f", linewidth=0.8)
    axes.scatter(second, first, s=16, color="#0969da", alpha=0.75, linewidths=0)
    axes.set(xlabel=names[1], ylabel=names[0], xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.grid(alpha=0.25)
    return _svg(figure)


def projections(pictures: Sequence[tuple[str, Projection]]) -> str:
    """Return a PNG data URI of PET projections side by side, with one legend."""
    from matplotlib.lines import Line2D

    figure, axes = _figure(1, len(pictures), (2.5 * len(pictures), 4.5))
    for place, (title, projection) in zip(axes, pictures, strict=True):
        draw(place, projection, title)
    sources = list(dict.fromkeys(source for _, p in pictures for source in p.outlines))
    handles = [
        Line2D([], [], color=colour, linestyle=STYLES[source], label=f"{name}, {source}")
        for source in sources
        for name, colour in zip(("GTVp", "GTVn"), COLOURS.values(), strict=True)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncol=len(handles), fontsize=8, frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130, bbox_inches="tight")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _figure(rows: int, columns: int, size: tuple[float, float]) -> tuple[Any, list[Any]]:
    """Return a figure without pyplot, whose global state would leak memory in a long process."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    return figure, list(axes.ravel())


def _svg(figure: Any) -> str:
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "hyoid"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
