"""Many recipes on the same patients and folds, in one table; beside them hospitals that took no part in training."""

from hyoid.benchmark.external import EXTERNAL
from hyoid.benchmark.failure import Failure
from hyoid.benchmark.oracle import ORACLE
from hyoid.benchmark.result import BenchmarkResult
from hyoid.benchmark.row import BenchmarkRow
from hyoid.benchmark.run import run_benchmark
from hyoid.benchmark.splits import SPLITS
from hyoid.benchmark.table import as_csv, as_markdown

__all__ = [
    "EXTERNAL",
    "ORACLE",
    "SPLITS",
    "BenchmarkResult",
    "BenchmarkRow",
    "Failure",
    "as_csv",
    "as_markdown",
    "run_benchmark",
]
