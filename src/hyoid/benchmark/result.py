"""What a comparison of recipes yields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hyoid.benchmark.findings import Findings
from hyoid.benchmark.leakage import Verdict
from hyoid.benchmark.paper_tables import PaperTable
from hyoid.benchmark.row import BenchmarkRow
from hyoid.files import jsonable
from hyoid.version import __version__


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    """Rows of all recipes under all splits, on `patients` patients of the cohort at `cohort`.

    `excluded` are those that one of the recipes cannot use, with its reason: they are left out for all.
    `leakage` says of each run that nothing leaks, and what of it a `published` variant announces as optimistic.
    `findings` compare splits, centers and recipes; `papers` are the tables of the papers of which there is a row.
    """

    cohort: str
    patients: int
    excluded: Mapping[str, str]
    rows: tuple[BenchmarkRow, ...]
    leakage: tuple[Verdict, ...] = ()
    findings: Findings = field(default_factory=Findings)
    papers: tuple[PaperTable, ...] = ()

    def with_rows(self, more: Sequence[BenchmarkRow]) -> BenchmarkResult:
        """Return the result with more rows below."""
        return replace(self, rows=(*self.rows, *more))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        rows = [row.to_dict() for row in self.rows]
        leakage = [verdict.to_dict() for verdict in self.leakage]
        cohort = {"cohort": self.cohort, "patients": self.patients, "excluded": dict(self.excluded)}
        found = {"rows": rows, "leakage": leakage, "findings": self.findings.to_dict()}
        papers = [table.to_dict() for table in self.papers]
        return dict(jsonable({"hyoid": __version__, **cohort, **found, "paper_tables": papers}))
