"""All that is looked for in a finished run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from hyoid.benchmark.leakage.copies import copy_leaks
from hyoid.benchmark.leakage.inferred import inferred_leaks, upstreams
from hyoid.benchmark.leakage.leak import Leak
from hyoid.benchmark.leakage.recorded import recorded_leaks
from hyoid.benchmark.leakage.refit_decision import decision_leaks
from hyoid.benchmark.leakage.refit_risk import risk_leaks
from hyoid.benchmark.leakage.refit_table import encoder_leaks, estimator_leaks, harmoniser_leaks
from hyoid.benchmark.leakage.selection import selection_leaks
from hyoid.benchmark.leakage.split import split_leaks
from hyoid.benchmark.leakage.trained import TrainedRun
from hyoid.cohort import Cohort

CHECKS: tuple[Callable[[TrainedRun], Iterator[Leak]], ...] = (
    split_leaks,
    copy_leaks,
    recorded_leaks,
    harmoniser_leaks,
    encoder_leaks,
    estimator_leaks,
    decision_leaks,
    risk_leaks,
    inferred_leaks,
    selection_leaks,
)


def find_leaks(folder: Path, cohort: Cohort, store: Path | None = None) -> list[Leak]:
    """Look for whatever in a finished run saw a patient whom it reports.

    Nothing is trained, written or preprocessed. Encoders, linear estimators, baseline hazards, calibrators, thresholds
    and cut points are fitted again on whom they are said to have seen; of networks there is that record. The upstream
    runs of the folds, which infer masks and HPV status, are inspected alike.

    Parameters
    ----------
    folder
        Of the run.
    cohort
        What it was trained on.
    store
        Where the run's images are, if not in the run.

    Returns
    -------
    list of Leak
        Empty where nothing leaks. Those that are `labelled` are what a `published` variant announces.
    """
    return _leaks(TrainedRun(folder, cohort, folder / "store" if store is None else store))


def _leaks(run: TrainedRun) -> list[Leak]:
    found = [leak for check in CHECKS for leak in check(run)]
    for upstream in upstreams(run):
        found += _leaks(upstream.run)
    return found
