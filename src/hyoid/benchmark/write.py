"""A benchmark's files: JSON with everything, tables to compute with, and one page to read and print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hyoid.benchmark.checklists import benchmark_facts, load_checklists
from hyoid.benchmark.findings_tables import tables_of
from hyoid.benchmark.paper_tables import write_paper_tables
from hyoid.benchmark.report import as_html
from hyoid.benchmark.result import BenchmarkResult
from hyoid.benchmark.table import as_csv, as_markdown
from hyoid.cohort import Cohort
from hyoid.files import write_json, write_text
from hyoid.training import Run

RESULTS = "results.json"
REPORT, MARKDOWN, CSV = "report.html", "benchmark.md", "benchmark.csv"
TABLES = "tables"
"""Folder of the tables of what was found, and of the papers' tables."""


def remove_results(out: Path) -> None:
    """Remove what an earlier call wrote, so that no page stands beside runs that it is not of, or that leak."""
    for name in (RESULTS, REPORT, MARKDOWN, CSV):
        (out / name).unlink(missing_ok=True)
    for path in (out / TABLES).glob("*.csv"):
        path.unlink()


def write_results(
    result: BenchmarkResult, runs: Sequence[Run], out: Path, cohort: Cohort, external: Cohort | None
) -> None:
    """Write `results.json`, `benchmark.md`, `benchmark.csv`, `tables/*.csv` and `report.html` into `out`."""
    import pandas as pd

    write_json(out / RESULTS, result.to_dict())
    write_text(out / MARKDOWN, as_markdown(result))
    write_text(out / CSV, as_csv(result))
    for name, lines in tables_of(result.findings).items():
        write_text(out / TABLES / f"{name}.csv", pd.DataFrame(lines).to_csv(index=False))
    write_paper_tables(result.papers, out / TABLES)
    # where every recipe failed there is nothing that a checklist could be filled with
    checklists = load_checklists(benchmark_facts(result, runs, cohort, external)) if runs else ()
    write_text(out / REPORT, as_html(result, runs, checklists))
