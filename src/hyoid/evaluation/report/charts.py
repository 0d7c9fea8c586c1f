"""Charts of counts: stacked and grouped bars, and a map of shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hyoid.evaluation.report.drawing import new_figure, svg_of

Counts = Mapping[str, Mapping[str, int]]
"""By row and by part (center and status, decade and sex): numbers of patients. All rows have the same parts."""

_WIDTH = 7.2
_DARK_FROM = 0.55  # share from which white letters are read better than black ones


def stacked_bars(counts: Counts, colours: Mapping[str, str], words: Mapping[str, str], legend: bool = True) -> str:
    """Return an SVG of one horizontal bar a row, its parts in the order of `colours`; `words` stand at their ends."""
    figure, (axes,) = new_figure(1, 1, (_WIDTH, 0.9 + 0.34 * len(counts)))
    rows = list(counts)
    start = [0] * len(rows)
    for part, colour in colours.items():
        lengths = [counts[row][part] for row in rows]
        axes.barh(range(len(rows)), lengths, left=start, color=colour, label=part, height=0.72)
        start = [a + b for a, b in zip(start, lengths, strict=True)]
    most = max(start)
    for place, (row, end) in enumerate(zip(rows, start, strict=True)):
        axes.text(end + 0.01 * most, place, words[row], va="center", fontsize=8, color="#1f2328")
    axes.set(yticks=range(len(rows)), ylim=(len(rows) - 0.4, -0.6), xlim=(0, 1.38 * most), xlabel="patients")
    axes.set_yticklabels(rows, fontsize=9)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.spines[["top", "right"]].set_visible(False)
    if legend:
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncol=len(colours), fontsize=8, frameon=False)
    return svg_of(figure)


def grouped_bars(counts: Counts, colours: Mapping[str, str], xlabel: str) -> str:
    """Return an SVG of upright bars side by side, one group a row, with the number of patients above each."""
    figure, (axes,) = new_figure(1, 1, (_WIDTH, 3.2))
    width = 0.84 / len(colours)
    for number, (part, colour) in enumerate(colours.items()):
        places = [k + (number - (len(colours) - 1) / 2) * width for k in range(len(counts))]
        heights = [row[part] for row in counts.values()]
        axes.bar(places, heights, width, color=colour, label=part)
        for place, height in zip(places, heights, strict=True):
            if height:
                axes.annotate(str(height), (place, height), (0, 2), textcoords="offset points", ha="center", fontsize=8)
    axes.set(xticks=range(len(counts)), xlabel=xlabel, ylabel="patients")
    axes.set_xticklabels(list(counts), fontsize=9)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.margins(y=0.1)
    axes.legend(fontsize=8, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return svg_of(figure)


def share_map(shares: Sequence[Sequence[float]], rows: Sequence[str], columns: Sequence[str]) -> str:
    """Return an SVG of shares (0 to 1) as a map, each cell with its share in percent."""
    size = (max(3.2, 1.9 + 0.62 * len(columns)), 1.1 + 0.27 * len(rows))
    figure, (axes,) = new_figure(1, 1, size)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for y, line in enumerate(shares):
        for x, share in enumerate(line):
            colour = "#ffffff" if share >= _DARK_FROM else "#1f2328"
            axes.text(x, y, _percent(share), ha="center", va="center", fontsize=8, color=colour)
    axes.set(xticks=range(len(columns)), yticks=range(len(rows)))
    axes.set_xticklabels(list(columns), fontsize=8)
    axes.set_yticklabels(list(rows), fontsize=8.5)
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.set_xticks([k - 0.5 for k in range(1, len(columns))], minor=True)
    axes.set_yticks([k - 0.5 for k in range(1, len(rows))], minor=True)
    axes.grid(which="minor", color="#ffffff", linewidth=1.5)
    axes.tick_params(which="minor", length=0, top=False)
    axes.spines[:].set_visible(False)
    return svg_of(figure)


def _percent(share: float) -> str:
    """Return a share in percent that says neither none nor all where it is only nearly so."""
    if 0 < share < 0.005:
        return "<1"
    return ">99" if 0.995 <= share < 1 else f"{100 * share:.0f}"
