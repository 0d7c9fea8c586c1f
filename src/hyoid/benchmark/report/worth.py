"""What each recipe is worth under each split, task by task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hyoid.benchmark.report.words import TASKS, split_words
from hyoid.benchmark.result import BenchmarkResult
from hyoid.benchmark.row import BenchmarkRow, Figure, notes_of
from hyoid.evaluation.report import page

_SHORT: Mapping[str, str] = {
    "balanced_accuracy": "balanced accuracy",
    "auc": "AUC",
    "c_index": "C-index",
    "uno_c": "Uno's C",
    "auc_mean": "mean AUC over time",
    "brier_scaled_integrated": "Brier, scaled",
}

_LEFT_TO_THE_TABLE = frozenset({"brier_integrated"})
"""Measures that would make the page too wide, and that another one says as well."""

_LEGEND = (
    "Each value with its 95 % interval over patients, drawn within centres, and n, the patients who count in it: of "
    "ranks, those who stand in a pair within a fold. Where folds have a value of their own, mean ± standard deviation "
    "over the folds follows, as papers print it: a spread over models, and no interval. What the recipes' papers "
    "report is of other patients and stands in benchmark.md; all measures stand in benchmark.csv."
)


def worth(result: BenchmarkResult) -> list[str]:
    """Return one section for each task."""
    return [
        page.section(title, _table(rows), page.paragraph(_LEGEND), *_notes(rows), *_costs(rows))
        for task, title in TASKS.items()
        if (rows := [row for row in result.rows if row.task == task])
    ]


def _table(rows: Sequence[BenchmarkRow]) -> str:
    names = dict.fromkeys(name for row in rows for name in row.figures)
    measures = [name for name in names if name not in _LEFT_TO_THE_TABLE]
    order = list(dict.fromkeys(row.recipe for row in rows))
    header = ["recipe", "split", *(_SHORT.get(name, name.replace("_", " ")) for name in measures)]
    lines = [
        [
            row.recipe,
            split_words(row.split),
            *(_text(row.figures.get(name)) for name in measures),
        ]
        for row in sorted(rows, key=lambda row: order.index(row.recipe))
    ]
    return page.table(header, lines, numeric_from=2)


def _notes(rows: Sequence[BenchmarkRow]) -> list[str]:
    """Return what is to be known of the rows: inputs that were not there, probabilities that are held at a bound."""
    lines = [[recipe, ", ".join(map(split_words, splits)), note] for recipe, splits, note in notes_of(rows)]
    return [page.table(["recipe", "split", "to be known"], lines, 3)] if lines else []


def _text(figure: Figure | None) -> str:
    if figure is None:
        return ""
    if figure.value is None:
        return "undefined"
    interval = figure.interval if figure.interval is not None and None not in figure.interval else ()
    found = page.figure_text(figure.value, [float(bound) for bound in interval if bound is not None])
    if figure.fold_mean is not None:
        found += f" {figure.fold_mean:.3f}" + ("" if figure.fold_sd is None else f" ± {figure.fold_sd:.3f}")
    return f"{found}, n {figure.n}"


def _costs(rows: Sequence[BenchmarkRow]) -> list[str]:
    """Return what recipes cost, where that was measured."""
    known = {row.recipe: row for row in rows if row.parameters is not None or row.cost is not None}
    if not known:
        return []
    lines = [
        [
            recipe,
            "" if row.parameters is None else f"{row.parameters / 1e6:.2f} M",
            "" if row.cost is None else f"{row.cost.seconds_per_case:.1f}",
            "" if row.cost is None else f"{row.cost.peak_memory_mib / 1024:.1f}",
        ]
        for recipe, row in known.items()
    ]
    return [page.table(["recipe", "parameters", "seconds a case", "peak memory, GiB"], lines)]
