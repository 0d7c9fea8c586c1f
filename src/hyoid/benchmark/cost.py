"""What a prediction takes."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from hyoid import api
from hyoid.benchmark.row import Cost
from hyoid.cohort import Case, Cohort
from hyoid.progress import set_quiet

_KIB_PER_MIB = 1024


def measure_cost(bundle: Path, cohort: Cohort, cases: Sequence[Case], device: str) -> Cost:
    """Predict cases one after the other in a fresh process, and return time and peak memory.

    The first case is predicted once before, so that what is read and compiled once is not counted. Peak memory is that
    of the process, with all folds' networks; on a GPU its own memory is not counted.
    """
    few = Cohort(cohort.root, tuple(cases), cohort.layout)
    with tempfile.TemporaryDirectory() as temporary, multiprocessing.get_context("spawn").Pool(1) as pool:
        seconds, peak = pool.apply(_predict, (bundle, few, Path(temporary), device))
    return Cost(seconds / len(cases), peak, len(cases))


def _predict(bundle: Path, cohort: Cohort, out: Path, device: str) -> tuple[float, float]:
    set_quiet(True)
    first = Cohort(cohort.root, cohort.cases[:1], cohort.layout)
    api.predict([bundle], out / "first", cohort=first, device=device)
    started = time.perf_counter()
    api.predict([bundle], out / "all", cohort=cohort, device=device)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return seconds, peak / _KIB_PER_MIB / (_KIB_PER_MIB if sys.platform == "darwin" else 1)
