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


def reliability(bins: Sequence[Any], probabilities: Mapping[str, Sequence[float]]) -> str:
    """Return an SVG of the reliability diagram, and below it where the probabilities of each class lie.

    Parameters
    ----------
    bins
        `ReliabilityBin`s: observed share with interval against mean probability.
    probabilities
        Probabilities of the cases by the name of their true class, negative before positive.
    """
    figure, (upper, lower) = _figure(2, 1, (4.4, 5.2), {"height_ratios": (3, 1)}, sharex=True)
    upper.plot([0, 1], [0, 1], color="#8c959f", linewidth=0.8, label="perfect")
    mean, observed = [b.mean_probability for b in bins], [b.observed for b in bins]
    for b in bins:
        upper.plot([b.mean_probability] * 2, [b.observed_low, b.observed_high], color="#0969da", linewidth=1.2)
    upper.plot(mean, observed, "o-", color="#0969da", linewidth=0.8, markersize=5, label="observed, 95 % interval")
    for b in bins:
        place = (b.mean_probability, b.observed)
        upper.annotate(str(b.n), place, (-4, 4), textcoords="offset points", fontsize=7, ha="right", color="#59636e")
    upper.set(ylabel="observed share of HPV-positive", xlim=(0, 1), ylim=(-0.05, 1.08))
    upper.legend(fontsize=8, frameon=False, loc="lower right")
    for (name, values), colour in zip(probabilities.items(), ("#d1242f", "#0969da"), strict=True):
        # shares of the own class: of few negatives among many positives one would see nothing
        weights = [1 / len(values) for _ in values]
        edges = [k / 20 for k in range(21)]
        label = f"{name}, n = {len(values)}"
        lower.hist(values, edges, weights=weights, histtype="stepfilled", alpha=0.45, label=label, color=colour)
    lower.set(xlabel="predicted probability of HPV-positive", ylabel="share of class")
    lower.legend(fontsize=8, frameon=False, loc="upper left")
    for axes in (upper, lower):
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


def _figure(
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


def _svg(figure: Any) -> str:
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "hyoid"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
