"""A comparison as a table to read, and as one to compute with."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from typing import Any

from hyoid.benchmark.abstention_tables import HEADER, HOW_TO_READ, read_lines
from hyoid.benchmark.result import BenchmarkResult
from hyoid.benchmark.row import BenchmarkRow, Figure, notes_of
from hyoid.cohort.words import counted
from hyoid.decision import NO_GUARANTEE

_LAST = ("parameters", "seconds a case", "peak memory", "its paper, on other patients")
_LEGEND = (
    "Value (95 % interval over patients, who are drawn within their centres; mean ± standard deviation over folds, "
    "where there is one). Time and memory are those of all folds together, on the machine that ran this."
)
_COLUMNS = (
    *("recipe", "split", "task", "measure", "value", "low", "high", "n", "fold_mean", "fold_sd"),
    *("parameters", "seconds_per_case", "peak_memory_mib"),
)
_TASKS = {"segmentation": "Segmentation", "hpv": "HPV status", "rfs": "Recurrence-free survival"}


def as_markdown(result: BenchmarkResult) -> str:
    """Return a table for each task: figures pooled with intervals and over folds, cost, and what the papers report.

    The papers' figures are of other patients than these: they stand beside, and are not to be subtracted.
    """
    lines = [f"# {counted(result.patients, 'patient')} of {result.cohort}, out of fold", ""]
    if result.excluded:
        lines += [f"Left out: {counted(len(result.excluded), 'patient')} whom no recipe can use.", ""]
    for tasks, own in result.left_out.items():
        who = counted(len(own), "patient")
        lines += [f"Left out for {tasks}: {who} whom one of its recipes cannot use.", ""]
    if result.failures:
        lines += ["## Not finished", "", *(f"- {failure}" for failure in result.failures), ""]
    for task, title in _TASKS.items():
        rows = [row for row in result.rows if row.task == task]
        if not rows:
            continue
        measures = list(dict.fromkeys(name for row in rows for name in row.figures))
        header = [
            "recipe",
            "split",
            *measures,
            "parameters",
            "seconds a case",
            "peak memory",
            "its paper, other patients",
        ]
        lines += [f"## {title}", "", "| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
        lines += ["| " + " | ".join(_cells(row, measures)) + " |" for row in rows] + [""]
    return "\n".join([*lines, *_gaps(result), *_abstention(result), *_notes(result), _LEGEND, ""])


def _gaps(result: BenchmarkResult) -> list[str]:
    """Return what each recipe loses outside, once more of pairs within one center where patients are ranked."""
    if not result.findings.gaps:
        return []
    header = ["recipe", "measure", "inside", "outside", "inside less outside"]
    lines = ["## Inside and outside", "", "| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for one in result.findings.gaps:
        gap = one.found
        measure = f"{gap.measure}{', within centers' if gap.within_centers else ''}"
        inside, outside = f"{one.against} {_number(gap.inside.value)}", f"{one.split} {_number(gap.outside.value)}"
        lines.append(
            f"| {one.recipe} | {measure} | {inside} | {outside} | {gap.difference} {gap.reason}".rstrip() + " |"
        )
    return [*lines, ""]


def _abstention(result: BenchmarkResult) -> list[str]:
    """Return what recipes that classify know of their own errors: sets, and the error where the least sure are left."""
    rows = read_lines(result.findings)
    if not rows:
        return []
    lines = ["## When the model does not know", "", "| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    words = [HOW_TO_READ, NO_GUARANTEE] if any(one.found.sets for one in result.findings.abstention) else [HOW_TO_READ]
    return [*lines, "", *(line for word in words for line in (word, ""))]


def _notes(result: BenchmarkResult) -> list[str]:
    """Return what is to be known of the rows."""
    lines = [f"- {recipe}, {', '.join(splits)}: {note}" for recipe, splits, note in notes_of(result.rows)]
    return ["## Notes", "", *lines, ""] if lines else []


def as_csv(result: BenchmarkResult) -> str:
    """Return one line for each recipe, split, task and measure."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in result.rows:
        for name, figure in row.figures.items():
            low, high = figure.interval or (None, None)
            line: dict[str, Any] = {"recipe": row.recipe, "split": row.split, "task": row.task, "measure": name}
            line |= {"value": figure.value, "low": low, "high": high, "n": figure.n}
            line |= {"fold_mean": figure.fold_mean, "fold_sd": figure.fold_sd, "parameters": row.parameters}
            if row.cost is not None:
                line |= {"seconds_per_case": row.cost.seconds_per_case, "peak_memory_mib": row.cost.peak_memory_mib}
            writer.writerow(line)
    return out.getvalue()


def _number(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:.3f}"


def _cells(row: BenchmarkRow, measures: list[str]) -> list[str]:
    cost = ("", "")
    if row.cost is not None:
        cost = f"{row.cost.seconds_per_case:.1f}", f"{row.cost.peak_memory_mib / 1024:.1f} GiB"
    parameters = "" if row.parameters is None else f"{row.parameters / 1e6:.2f} M"
    figures = [_text(row.figures[name]) if name in row.figures else "" for name in measures]
    return [row.recipe, row.split, *figures, parameters, *cost, "; ".join(map(_reported, row.reported))]


def _text(figure: Figure) -> str:
    if figure.value is None:
        return f"undefined (n = {figure.n})"
    interval = "no interval"
    if figure.interval is not None and None not in figure.interval:
        interval = f"{figure.interval[0]:.3f} to {figure.interval[1]:.3f}"
    spread = "" if figure.fold_mean is None else f"; {figure.fold_mean:.3f}"
    spread += "" if figure.fold_sd is None else f" ± {figure.fold_sd:.3f}"
    return f"{figure.value:.3f} ({interval}{spread})"


def _reported(figure: Mapping[str, Any]) -> str:
    spread = "" if figure.get("spread") is None else f" ± {figure['spread']:.3f}"
    return f"{figure['metric']} {figure['value']:.3f}{spread} ({figure['split']})"
