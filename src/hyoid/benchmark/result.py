"""What a comparison of recipes yields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hyoid.benchmark.common_patients import Group, whom_none_can_use
from hyoid.benchmark.failure import Failure
from hyoid.benchmark.findings import Findings
from hyoid.benchmark.leakage import Verdict
from hyoid.benchmark.paper_tables import PaperTable
from hyoid.benchmark.row import BenchmarkRow
from hyoid.cohort import Cohort
from hyoid.files import jsonable
from hyoid.version import __version__


@dataclass(frozen=True, slots=True)
class BenchmarkResult:
    """Rows of all recipes under all splits, on `patients` patients of the cohort at `cohort`.

    `excluded` are those whom no recipe's group can use, with a reason; `left_out` those who are left out of the
    comparison of a group of recipes (by its tasks), for one of them cannot use them.
    `leakage` says of each run that nothing leaks, and what of it a `published` variant announces as optimistic.
    `failures` are recipes that could not be finished. `findings` compare splits, centers and recipes; `papers` are the
    tables of the papers of which there is a row.
    """

    cohort: str
    patients: int
    excluded: Mapping[str, str]
    rows: tuple[BenchmarkRow, ...]
    leakage: tuple[Verdict, ...] = ()
    findings: Findings = field(default_factory=Findings)
    papers: tuple[PaperTable, ...] = ()
    left_out: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()

    @classmethod
    def of(cls, cohort: Cohort, groups: Sequence[Group]) -> BenchmarkResult:
        """Return a result without rows yet."""
        nobody = whom_none_can_use(groups)
        left_out = {
            group.name: {i: reason for i, reason in group.left_out.items() if i not in nobody} for group in groups
        }
        known = {name: own for name, own in left_out.items() if own}
        return cls(str(cohort.root), len(cohort.cases) - len(nobody), nobody, (), left_out=known)

    def with_rows(
        self, more: Sequence[BenchmarkRow], verdicts: Sequence[Verdict] = (), failures: Sequence[Failure] = ()
    ) -> BenchmarkResult:
        """Return the result with more rows below, and what the leakage detector has said, and what failed, so far."""
        return replace(self, rows=(*self.rows, *more), leakage=tuple(verdicts), failures=tuple(failures))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        rows = [row.to_dict() for row in self.rows]
        leakage = [verdict.to_dict() for verdict in self.leakage]
        cohort = {"cohort": self.cohort, "patients": self.patients, "excluded": dict(self.excluded)}
        cohort |= {"left_out": {name: dict(own) for name, own in self.left_out.items()}}
        found: dict[str, Any] = {"failures": [failure.to_dict() for failure in self.failures]}
        found |= {"rows": rows, "leakage": leakage, "findings": self.findings.to_dict()}
        papers = [table.to_dict() for table in self.papers]
        return dict(jsonable({"hyoid": __version__, **cohort, **found, "paper_tables": papers}))
