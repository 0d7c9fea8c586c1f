"""Figures of the report, embedded as text so that the HTML needs no other file."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from hyoid.evaluation.report.drawing import PALETTE, new_figure, png_of, svg_of
from hyoid.evaluation.report.projection import COLOURS, STYLES, Projection, draw


def learning_curves(histories: Mapping[str, Sequence[Mapping[str, Any]]], metric: str) -> str:
    """Return an SVG of the training loss and of the selection metric against the epoch, one line per fold.

    `histories` are the lines of each fold's `metrics.jsonl`. A dashed line is the metric on the training part, where
    the recipe measures it (`select.training_part`).
    """
    figure, (left, right) = new_figure(1, 2, (7.3, 2.9))
    on_training = False
    for name, history in histories.items():
        left.plot([e["epoch"] + 1 for e in history], [e["loss"] for e in history], label=name, linewidth=1.2)
        chosen = [e for e in history if e.get("select_value") is not None]
        values = [e.get(f"select_{metric}", e["select_value"]) for e in chosen]
        (line,) = right.plot([e["epoch"] + 1 for e in chosen], values, ".-", label=name, linewidth=1)
        trained = [e for e in chosen if f"train_{metric}" in e]
        if trained:
            fitted = [e[f"train_{metric}"] for e in trained]
            right.plot([e["epoch"] + 1 for e in trained], fitted, "--", color=line.get_color(), linewidth=1)
            on_training = True
    left.set(xlabel="epoch", ylabel="training loss")
    words = "select part (dashed: training part)" if on_training else "select part"
    right.set(xlabel="epoch", ylabel=f"{metric.replace('_', ' ')}, {words}")
    if not metric.endswith("loss"):
        right.set(ylim=(0, 1))
    for axes in (left, right):
        axes.grid(alpha=0.25)
        axes.legend(fontsize=8, frameon=False)
    return svg_of(figure)


def paired_differences(first: Sequence[float], second: Sequence[float], names: tuple[str, str]) -> str:
    """Return an SVG with one point per case: metric of the first system against the second's."""
    figure, (axes,) = new_figure(1, 1, (3.6, 3.4))
    axes.plot([0, 1], [0, 1], color="#8c959f", linewidth=0.8)
    axes.scatter(second, first, s=16, color="#0969da", alpha=0.75, linewidths=0)
    axes.set(xlabel=names[1], ylabel=names[0], xlim=(0, 1), ylim=(0, 1), aspect="equal")
    axes.grid(alpha=0.25)
    return svg_of(figure)


def reliability(bins: Sequence[Any], probabilities: Mapping[str, Sequence[float]]) -> str:
    """Return an SVG of the reliability diagram, and below it where the probabilities of each class lie.

    Parameters
    ----------
    bins
        `ReliabilityBin`s: observed share with interval against mean probability.
    probabilities
        Probabilities of the cases by the name of their true class, negative before positive.
    """
    figure, (upper, lower) = new_figure(2, 1, (4.4, 5.2), {"height_ratios": (3, 1)}, sharex=True)
    upper.plot([0, 1], [0, 1], color="#8c959f", linewidth=0.8, label="perfect")
    mean, observed = [b.mean_probability for b in bins], [b.observed for b in bins]
    for b in bins:
        upper.plot([b.mean_probability] * 2, [b.observed_low, b.observed_high], color="#0969da", linewidth=1.2)
    upper.plot(mean, observed, "o-", color="#0969da", linewidth=0.8, markersize=5, label="observed, 95 % interval")
    for b in bins:
        place = (b.mean_probability, b.observed)
        upper.annotate(str(b.n), place, (-4, 4), textcoords="offset points", fontsize=8, ha="right", color="#59636e")
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
    return svg_of(figure)


def survival_calibration(horizons: Mapping[float, Sequence[Any]]) -> str:
    """Return an SVG of observed against predicted risk by each horizon, one panel each.

    `horizons` are `CalibrationGroup`s by horizon in days; a group whose observed risk is not known is left out.
    """
    columns = min(2, len(horizons))
    rows = -(-len(horizons) // columns)
    figure, axes = new_figure(rows, columns, (3.3 * columns + 0.6, 3.2 * rows))
    for place in axes[len(horizons) :]:
        place.set_axis_off()
    for place, (day, groups) in zip(axes, horizons.items(), strict=False):
        known = [group for group in groups if not math.isnan(group.observed)]
        top = min(1.0, 0.05 + max([0.15, *(max(group.high, group.predicted) for group in known)]))
        place.plot([0, 1], [0, 1], color="#8c959f", linewidth=0.8)
        for group in known:
            place.plot([group.predicted] * 2, [group.low, group.high], color="#0969da", linewidth=1.2)
            label = (group.predicted, group.observed)
            place.annotate(str(group.n), label, (5, -8), textcoords="offset points", fontsize=8, color="#59636e")
        means = [group.predicted for group in known]
        place.plot(means, [group.observed for group in known], "o-", color="#0969da", linewidth=0.8, markersize=5)
        place.set(xlim=(-0.03 * top, 1.05 * top), ylim=(-0.03 * top, 1.05 * top), aspect="equal")
        place.locator_params(nbins=5)
        place.set(xlabel="predicted risk", ylabel="observed risk")
        place.set_title(f"event by {day:g} days", fontsize=9)
        place.grid(alpha=0.25)
    return svg_of(figure)


def kaplan_meier(
    curves: Mapping[str, Any], level: float, banded: Collection[str] | None = None, *, ordered: bool = True
) -> str:
    """Return an SVG of Kaplan-Meier curves with pointwise intervals, censorings, and numbers at risk below.

    `curves` are `Curve`s by the name of their group, lowest risk first where they are `ordered`. Only groups in
    `banded` are given an interval, without it all.
    """
    last = max(curve.last_day for curve in curves.values())
    ticks = _days_of_ticks(last)
    size = (6.4, 3.6 + 0.22 * len(curves))
    figure, (upper, lower) = new_figure(2, 1, size, {"height_ratios": (3.2, 0.25 * (len(curves) + 1))}, sharex=True)
    colours = _colours(len(curves)) if ordered or len(curves) > len(PALETTE) else PALETTE[: len(curves)]
    for (name, curve), colour in zip(curves.items(), colours, strict=True):
        days, survival = [0.0, *curve.days], [1.0, *curve.survival]
        upper.step(days, survival, where="post", color=colour, linewidth=1.4, label=name)
        if banded is None or name in banded:
            low, high = ([1.0, *bound] for bound in curve.interval(level))
            upper.fill_between(days, low, high, step="post", color=colour, alpha=0.13, linewidth=0)
        left = [*curve.at_risk[1:], 0.0]
        censored = curve.at_risk - curve.events - left > 0
        upper.plot(curve.days[censored], curve.survival[censored], "|", color=colour, markersize=5, alpha=0.7)
    upper.set(ylabel="survival without the event", ylim=(0, 1.03), xlim=(0, last * 1.02))
    upper.legend(fontsize=8, frameon=False, loc="lower left")
    upper.grid(alpha=0.25)
    for row, (curve, colour) in enumerate(zip(curves.values(), colours, strict=True)):
        for day, number in zip(ticks, curve.number_at_risk(ticks), strict=True):
            lower.text(day, row, f"{number:g}", ha="center", va="center", fontsize=8, color=colour)
    lower.set(ylim=(len(curves) - 0.5, -0.5), xticks=ticks, xlabel="days", yticks=range(len(curves)))
    lower.set_yticklabels(list(curves), fontsize=8)
    lower.set_title("number at risk", fontsize=8, loc="left", pad=2)
    lower.spines[["top", "right", "left"]].set_visible(False)
    lower.tick_params(axis="y", length=0, pad=16)
    return svg_of(figure)


def projections(pictures: Sequence[tuple[str, Projection]], columns: int = 8, height: float = 4.5) -> str:
    """Return a PNG data URI of projections in rows of `columns` at most, each `height` inches high, with one legend."""
    from matplotlib.lines import Line2D

    rows = -(-len(pictures) // columns)
    columns = -(-len(pictures) // rows)
    figure, axes = new_figure(rows, columns, (2.4 * columns, height * rows))
    for place, (title, projection) in zip(axes, pictures, strict=False):
        draw(place, projection, title)
    for place in axes[len(pictures) :]:
        place.set_axis_off()
    sources = list(dict.fromkeys(source for _, p in pictures for source in p.outlines))
    handles = [
        Line2D([], [], color=colour, linestyle=STYLES[source], label=f"{name}, {source}")
        for source in sources
        for name, colour in zip(("GTVp", "GTVn"), COLOURS.values(), strict=True)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncol=len(handles), fontsize=8, frameon=False)
    return png_of(figure)


def _days_of_ticks(last: float) -> list[float]:
    """Return evenly spaced days from 0, years where the follow-up is long enough, eight at most."""
    step = next((days for days in (7, 30, 91, 182, 365, 730, 1825) if last / days < 8), 3650)
    return [float(step * k) for k in range(int(last // step) + 1)]


def _colours(groups: int) -> list[str]:
    """Return a colour for each group, blue for the lowest risk and red for the highest."""
    if groups <= 3:
        return {1: ["#0969da"], 2: ["#0969da", "#d1242f"], 3: ["#0969da", "#9a6700", "#d1242f"]}[groups]
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(colormaps["turbo"](0.08 + 0.84 * k / (groups - 1))) for k in range(groups)]
