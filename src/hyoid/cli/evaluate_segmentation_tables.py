"""The tables that `hyoid evaluate segmentation` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from hyoid.evaluation.failures import FAILURE_WORDS
from hyoid.metrics import MEASURES

if TYPE_CHECKING:
    from hyoid.evaluation import SegmentationResult


def cohort_table(result: SegmentationResult) -> Table:
    """Return all measures of the cohort."""
    level = f"{result.bootstrap.level:.0%}"
    table = Table("measure", f"value [{level} interval]", "n", title=f"Segmentation of {len(result.cases)} cases")
    for name, interval in result.cohort.items():
        measure = MEASURES[name]
        unit = f", {measure.unit}" if measure.unit else ""
        table.add_row(escape(measure.description + unit), escape(str(interval)), str(interval.n))
    return table


def centers_table(result: SegmentationResult) -> Table:
    """Return the challenge's measures of each center."""
    names = list(result.headline_measures.values())
    table = Table("center", "cases", *names, title=escape("By center: value [interval], n of cases that count"))
    for center, measures in result.centers.items():
        cases = sum(case.center == center for case in result.cases)
        table.add_row(center, str(cases), *(escape(f"{measures[name]}, {measures[name].n}") for name in names))
    return table


def failures_table(result: SegmentationResult) -> Table:
    """Return how often each type of failure occurs."""
    level = f"{result.bootstrap.level:.0%}"
    table = Table("failure", "patients", "failures", "of", f"share [{level} interval]", title="How it fails")
    for kind, count in result.failures.items():
        words, eligible = FAILURE_WORDS[kind]
        row = (words, str(count.patients), str(count.failures), f"{count.eligible} {eligible}", str(count.share))
        table.add_row(*map(escape, row))
    return table
