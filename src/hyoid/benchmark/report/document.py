"""The page: what was compared, what it is worth inside and outside, where centers differ, and what must be known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hyoid.benchmark.checklists import Checklist
from hyoid.benchmark.checklists import as_html as checklist
from hyoid.benchmark.paper_tables import as_html as paper_table
from hyoid.benchmark.report.doubt import doubt
from hyoid.benchmark.report.furniture import cards, failed, leakage, manifest
from hyoid.benchmark.report.hospitals import inputs, labels
from hyoid.benchmark.report.probabilities import calibration, decisions
from hyoid.benchmark.report.shift import centers, comparisons, gaps
from hyoid.benchmark.report.words import TASKS
from hyoid.benchmark.report.worth import worth
from hyoid.benchmark.result import BenchmarkResult
from hyoid.cohort.words import counted
from hyoid.evaluation.report import page
from hyoid.training import Run

_NOTICE = (
    "Research use only. Every figure is of patients whom the model that predicted them had not seen, and who chose "
    "nothing. All intervals of measures, gaps and comparisons are drawn by one scheme: patients with replacement "
    "within their centre, so that each resample has as many of every centre as there are; shares have Wilson's. They "
    "hold the noise of these patients; not the luck of training, and not which hospitals took part."
)


def as_html(result: BenchmarkResult, runs: Sequence[Run], checklists: Sequence[Checklist] = ()) -> str:
    """Return the page; nothing in it points outside."""
    parts = [
        *failed(result),
        *worth(result),
        *gaps(result.findings),
        *centers(result.findings),
        *comparisons(result.findings),
        *labels(result.findings),
        *inputs(result.findings),
        *calibration(result.findings),
        *decisions(result.findings),
        *doubt(result.findings),
        *map(paper_table, result.papers),
        leakage(result),
        *cards(runs),
        manifest(result, runs),
        *map(checklist, checklists),
    ]
    lead = [f"{counted(result.patients, 'patient')} of {Path(result.cohort).name}."]
    lead += [f"Left out: {len(result.excluded)} whom no recipe can use."] if result.excluded else []
    for tasks, own in result.left_out.items():
        names = " and ".join(TASKS[task] for task in tasks.split("+"))
        lead.append(f"{names}: left out for all of its recipes, {len(own)} more whom one of them cannot use.")
    return page.page("Benchmark", page.paragraph(" ".join(lead), "lead"), page.paragraph(_NOTICE, "notice"), *parts)
