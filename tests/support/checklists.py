"""A benchmark that checklists are filled from, in hand."""

from collections.abc import Callable
from dataclasses import dataclass

from hyoid.benchmark import BenchmarkResult
from hyoid.benchmark.checklists.known import Known
from hyoid.cohort import Cohort
from hyoid.training import Run

KnownOf = Callable[..., Known]
"""From names of shipped recipes, and overrides of them all, to what would be known of them."""


@dataclass(frozen=True)
class Benchmark:
    result: BenchmarkResult
    runs: list[Run]
    cohort: Cohort
    external: Cohort
