"""Drawings of shift, as SVG text for the report: every one is readable in grey and on paper."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hyoid.benchmark.shift.calibration import CenterCalibration
from hyoid.benchmark.shift.centers import CenterValue, CenterValues
from hyoid.benchmark.shift.covariate_shift import FeatureShift
from hyoid.benchmark.shift.gap import Gap
from hyoid.evaluation.report.drawing import PALETTE, new_figure, svg_of
from hyoid.metrics import DecisionCurve, Interval, RiskCoverage

_BLUE, _RED, _GREY = "#0969da", "#d1242f", "#59636e"
_ROW = 0.3  # inches of a row
_STYLES = ("-", "--", "-.", ":")


def forest(found: CenterValues, label: str) -> str:
    """Return an SVG of every center's value with its interval, all patients together, and where a new one may lie."""
    rows = len(found.centers)
    figure, (axes,) = new_figure(1, 1, (6.8, 1.5 + _ROW * (rows + 2)))
    largest = max(center.patients for center in found.centers)
    for row, center in enumerate(found.centers):
        if center.value is not None:
            size = 3 + 6 * math.sqrt(center.patients / largest)
            _interval(axes, center.value, row, "s", size, _BLUE)
        _at_right(axes, row, _center_text(center))
    _interval(axes, found.pooled, rows, "D", 8, "#1f2328")
    _at_right(axes, rows, str(found.pooled))
    summary = found.heterogeneity
    names = [f"{center.center}  n = {center.patients}" for center in found.centers] + ["all patients"]
    if not math.isnan(summary.new_low):
        low, high = max(0.0, summary.new_low), min(1.0, summary.new_high)
        axes.plot([low, high], [rows + 1] * 2, color=_GREY, linewidth=1.2, linestyle="--")
        axes.plot([summary.mean], [rows + 1], "|", color=_GREY, markersize=8)
        _at_right(axes, rows + 1, f"{summary.mean:.3f} [{low:.3f}, {high:.3f}]")
        names.append("a new centre, expected")
    axes.axhline(rows - 0.5, color="#8c959f", linewidth=0.6)
    axes.set(ylim=(len(names) - 0.5, -0.5), yticks=range(len(names)), yticklabels=names, xlabel=label)
    _finish(axes)
    return svg_of(figure)


def gaps(found: Mapping[str, Gap], label: str) -> str:
    """Return an SVG of each recipe inside and outside, and of the differences beside it; by name of the recipe."""
    figure, (left, right) = new_figure(1, 2, (7.3, 1.6 + 1.5 * _ROW * len(found)), {"width_ratios": (3, 2)})
    for row, gap in enumerate(found.values()):
        _interval(left, gap.inside, row - 0.15, "o", 6, _BLUE, "inside" if row == 0 else None)
        _interval(left, gap.outside, row + 0.15, "s", 6, _RED, "outside" if row == 0 else None)
        _interval(right, gap.difference, row, "D", 6, "#1f2328")
    right.axvline(0, color="#8c959f", linewidth=0.8)
    limits = (len(found) - 0.5, -0.5)
    left.set(ylim=limits, yticks=range(len(found)), yticklabels=list(found), xlabel=label)
    right.set(ylim=limits, yticks=range(len(found)), yticklabels=[], xlabel="inside - outside")
    left.legend(fontsize=8, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=2)
    for axes in (left, right):
        _finish(axes)
    return svg_of(figure)


def reliability_by_center(found: Sequence[CenterCalibration], label: str) -> str:
    """Return an SVG of observed shares against mean probabilities, one panel a center."""
    columns = min(3, len(found))
    rows = -(-len(found) // columns)
    figure, axes = new_figure(rows, columns, (2.3 * columns + 0.3, 2.5 * rows))
    for place in axes[len(found) :]:
        place.set_axis_off()
    for place, center in zip(axes, found, strict=False):
        place.plot([0, 1], [0, 1], color="#8c959f", linewidth=0.8)
        for one in center.bins:
            place.plot([one.mean_probability] * 2, [one.observed_low, one.observed_high], color=_BLUE, linewidth=1.2)
        means = [one.mean_probability for one in center.bins]
        place.plot(means, [one.observed for one in center.bins], "o-", color=_BLUE, linewidth=0.8, markersize=4)
        place.set(xlim=(-0.03, 1.03), ylim=(-0.05, 1.05), aspect="equal", xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
        few = "" if center.bins else ", too few"
        place.set_title(f"{center.center}, n = {center.patients}{few}", fontsize=9)
        place.grid(alpha=0.25)
    figure.supxlabel(f"predicted probability of {label}", fontsize=9)
    figure.supylabel("observed share", fontsize=9)
    return svg_of(figure)


def decision_curve(found: DecisionCurve, name: str) -> str:
    """Return an SVG of net benefit against the threshold: the model with its interval, treat all, treat none."""
    figure, (axes,) = new_figure(1, 1, (5.6, 3.6))
    thresholds = np.array(found.thresholds)
    model, everyone = (np.array([one.value for one in values]) for values in (found.model, found.treat_all))
    low, high = (np.array([getattr(one, side) for one in found.model]) for side in ("low", "high"))
    axes.fill_between(
        thresholds, low, high, color=_BLUE, alpha=0.15, linewidth=0, label=f"{found.model[0].level:.0%} interval"
    )
    axes.plot(thresholds, model, "-", color=_BLUE, linewidth=1.6, label=name)
    axes.plot(thresholds, everyone, "--", color=_RED, linewidth=1.2, label="act on all")
    axes.axhline(0, color="#1f2328", linewidth=1, linestyle=":", label="act on none")
    top = float(np.nanmax([*model, *everyone, *high, 0.05]))
    axes.set(xlabel="threshold probability", ylabel="net benefit", ylim=(-0.35 * top, 1.08 * top), xlim=(0, 1))
    axes.legend(fontsize=8, frameon=False)
    axes.grid(alpha=0.25)
    return svg_of(figure)


def risk_coverage(found: Mapping[str, RiskCoverage]) -> str:
    """Return an SVG of the share of errors against the share of patients answered, one line a recipe."""
    figure, (axes,) = new_figure(1, 1, (6.4, 3.4))
    for k, (name, curve) in enumerate(found.items()):
        style = _STYLES[k % len(_STYLES)]
        colour = PALETTE[k % len(PALETTE)]
        axes.step(curve.coverage, curve.risk, style, where="post", color=colour, linewidth=1.5, label=name)
    axes.set(xlabel="share of patients answered, the surest first", ylabel="share of wrong answers", xlim=(0, 1.01))
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=8, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncol=2)
    axes.grid(alpha=0.25)
    return svg_of(figure)


def shift_map(rows: Sequence[FeatureShift], features: Sequence[str], level: float) -> str:
    """Return an SVG of the size of standardised differences; a dot where Holm's p-value is below 1 - level.

    `rows` are those of one test a feature and center; `features` the names in the order of drawing.
    """
    centers = sorted({row.center for row in rows})
    size = np.full((len(features), len(centers)), np.nan)
    figure, (axes,) = new_figure(1, 1, (2.6 + 0.62 * len(centers), 1.4 + 0.24 * len(features)))
    for row in rows:
        if row.feature in features:
            y, x = features.index(row.feature), centers.index(row.center)
            size[y, x] = abs(row.difference)
            if row.p_holm < 1 - level:
                axes.plot([x], [y], "o", color="#1f2328", markeredgecolor="#ffffff", markersize=5)
    axes.set_facecolor("#eaeef2")
    image = axes.imshow(np.clip(size, 0, 1), cmap="Blues", vmin=0, vmax=1.25, aspect="auto")
    bar = figure.colorbar(image, ax=axes, shrink=0.8, boundaries=np.linspace(0, 1, 101), ticks=[0, 0.5, 1])
    bar.ax.set_yticklabels(["0", "0.5", "1 or more"], fontsize=8)
    bar.set_label("standardised difference", fontsize=8)
    axes.set_xticks(range(len(centers)), centers, rotation=45, ha="right", fontsize=8)
    axes.set_yticks(range(len(features)), features, fontsize=8)
    return svg_of(figure)


def _interval(
    axes: Any, value: Interval, row: float, marker: str, size: float, colour: str, label: str | None = None
) -> None:
    axes.plot([value.low, value.high], [row, row], color=colour, linewidth=1.3)
    axes.plot([value.value], [row], marker, color=colour, markersize=size, label=label)


def _center_text(center: CenterValue) -> str:
    if center.value is not None:
        return str(center.value)
    others = [f"{name} {value.value:.2f} (n = {value.n})" for name, value in center.instead.items()]
    return "; ".join(others) or center.reason


def _at_right(axes: Any, row: float, text: str) -> None:
    axes.text(1.02, row, text, transform=axes.get_yaxis_transform(), va="center", fontsize=8)


def _finish(axes: Any) -> None:
    axes.tick_params(axis="y", length=0, labelsize=8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", alpha=0.25)
