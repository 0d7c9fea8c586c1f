"""What a benchmark knows of itself, one sentence or two for each key that a checklist may ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hyoid.benchmark.checklists import artefacts, division, findings, inputs, models, patients, procedure
from hyoid.benchmark.checklists.known import Known
from hyoid.benchmark.result import BenchmarkResult
from hyoid.cohort import Cohort
from hyoid.training import Run

_ASKED: tuple[Callable[[Known], str | None], ...] = (
    patients.centers,
    patients.excluded,
    patients.events,
    patients.follow_up,
    patients.characteristics,
    patients.quality,
    patients.external,
    inputs.predictors,
    inputs.preprocessing,
    inputs.encoding,
    inputs.missing_policy,
    inputs.missing_values,
    models.outcomes,
    models.models,
    models.initialisation,
    models.output,
    models.imbalance,
    procedure.training,
    procedure.selection,
    procedure.ensembling,
    division.partition,
    division.disjoint,
    division.fold_sizes,
    findings.measures,
    findings.intervals,
    findings.performance,
    findings.multiplicity,
    findings.calibration,
    findings.heterogeneity_method,
    findings.heterogeneity,
    findings.gaps,
    findings.shift,
    findings.leakage,
    artefacts.software,
    artefacts.code,
    artefacts.specification,
    artefacts.updating,
)

FACTS: Mapping[str, Callable[[Known], str | None]] = {ask.__name__: ask for ask in _ASKED}
"""What gives each fact, by its key."""


def benchmark_facts(
    result: BenchmarkResult, runs: Sequence[Run], cohort: Cohort, external: Cohort | None
) -> dict[str, str]:
    """Return what is known, by key of `FACTS`; a key of which the benchmark knows nothing is left out.

    Everything is read from these values and the runs' folders; nothing is trained, measured or assumed.

    Parameters
    ----------
    result
        Of the benchmark, with its findings.
    runs
        All its runs; their folders are still there.
    cohort, external
        What it was run on; the cohort may still hold the patients who are left out.

    Raises
    ------
    HyoidError
        If these are not of one benchmark.
    """
    known = Known.of(result, runs, cohort, external)
    found = {key: ask(known) for key, ask in FACTS.items()}
    return {key: words for key, words in found.items() if words is not None}
