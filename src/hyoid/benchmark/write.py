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
REPORT = "report.html"
TABLES = "tables"
"""Folder of the tables of what was found, and of the papers' tables."""


def write_results(
    result: BenchmarkResult, runs: Sequence[Run], out: Path, cohort: Cohort, external: Cohort | None
) -> None:
    """Write `results.json`, `benchmark.md`, `benchmark.csv`, `tables/*.csv` and `report.html` into `out`."""
    import pandas as pd

    write_json(out / RESULTS, result.to_dict())
    write_text(out / "benchmark.md", as_markdown(result))
    write_text(out / "benchmark.csv", as_csv(result))
    for name, lines in tables_of(result.findings).items():
        write_text(out / TABLES / f"{name}.csv", pd.DataFrame(lines).to_csv(index=False))
    write_paper_tables(result.papers, out / TABLES)
    checklists = load_checklists(benchmark_facts(result, runs, cohort, external))
    write_text(out / REPORT, as_html(result, runs, checklists))
