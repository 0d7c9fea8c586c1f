"""Our figure of one cell, from a finished run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hyoid.benchmark.paper_tables.finished_run import FinishedRun
from hyoid.benchmark.paper_tables.fold_values import fold_value, too_small_a_center
from hyoid.benchmark.paper_tables.layout import Source
from hyoid.cohort import Fold
from hyoid.evaluation import observed_of
from hyoid.metrics.survival import Observed


@dataclass(frozen=True, slots=True)
class OurFigure:
    """What a run gave for one cell.

    Parameters
    ----------
    value, interval, n
        Pooled over all patients, its 95 % interval over patients, and how many count; of one fold, epoch or center that
        one's value, without interval. None where undefined.
    folds
        Each fold's own value, None where undefined, or where the fold is a center too small for one; empty where the
        cell is of one fold, epoch or center.
    """

    value: float | None
    interval: tuple[float, float] | None = None
    n: int | None = None
    folds: tuple[float | None, ...] = ()

    @property
    def fold_mean(self) -> float | None:
        """Mean of the folds in which the measure is defined."""
        known = self._known()
        return float(np.mean(known)) if known else None

    @property
    def fold_sd(self) -> float | None:
        """Standard deviation over these folds, n - 1 in its denominator: a spread over models, no interval."""
        known = self._known()
        return float(np.std(known, ddof=1)) if len(known) > 1 else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        interval = None if self.interval is None else list(self.interval)
        spread = {"folds": list(self.folds), "fold_mean": self.fold_mean, "fold_sd": self.fold_sd}
        return {"value": self.value, "interval": interval, "n": self.n, **spread}

    def _known(self) -> list[float]:
        return [value for value in self.folds if value is not None]


def our_figure(source: Source, run: FinishedRun) -> OurFigure | None:
    """Return a run's figure of a cell; None where it has none, such as a fold or an epoch that it did not come to."""
    if source.part == "challenge" or (source.fold is not None and not run.numbered):
        return None
    if source.epoch is not None:
        return _of_epoch(source, run)
    found = run.evaluation(source.task, source.part)
    if found is None:
        return None
    if source.center is not None:
        counts = {one["center"]: one for one in found["center_counts"]}.get(source.center)
        return None if counts is None else OurFigure(counts[source.measure], n=counts["cases"])
    if source.fold is not None:
        return _of_fold(source, run, found)
    return _of_all(source, run, found)


def _of_all(source: Source, run: FinishedRun, found: Mapping[str, Any]) -> OurFigure:
    """Return the pooled value as the run evaluated it, and beside it each fold's."""
    folds = () if source.part == "held-out" else tuple(_values(source, run, found))
    if source.measure in found["headline"]:
        pooled = found["headline"][source.measure]
        low, high = pooled["interval"]
    elif source.measure in found["cohort"]:
        pooled = found["cohort"][source.measure]
        low, high = pooled["low"], pooled["high"]
    else:  # a horizon that the follow-up does not reach
        return OurFigure(None, n=found["n"], folds=folds)
    interval = None if low is None or high is None else (low, high)
    return OurFigure(pooled["value"], interval, pooled["n"], folds)


def _of_epoch(source: Source, run: FinishedRun) -> OurFigure | None:
    """Return what the network of a fold noted; epochs are counted from 1, lines from 0."""
    lines = [line for line in run.history(source.fold or 0) if source.measure in line]
    if source.epoch == "best":
        values = [line[source.measure] for line in lines if line[source.measure] is not None]
        return OurFigure(max(values)) if values else None
    at = [line[source.measure] for line in lines if line["epoch"] + 1 == source.epoch]
    return OurFigure(at[0]) if at else None


def _of_fold(source: Source, run: FinishedRun, found: Mapping[str, Any]) -> OurFigure | None:
    if source.fold is None or source.fold >= len(run.folds):
        return None
    cases = _reported(run.folds[source.fold], found)
    return OurFigure(_value(source, run, found, source.fold), n=len(cases)) if cases else None


def _values(source: Source, run: FinishedRun, found: Mapping[str, Any]) -> list[float | None]:
    """Return the value of each fold that has reported patients."""
    return [_value(source, run, found, k) for k, fold in enumerate(run.folds) if _reported(fold, found)]


def _value(source: Source, run: FinishedRun, found: Mapping[str, Any], fold: int) -> float | None:
    one = run.folds[fold]
    cases = _reported(one, found)
    if run.of_centers and too_small_a_center(source.task, source.measure, cases):
        return None
    training = _training(one, found) if source.task == "rfs" else None
    value = fold_value(source.task, source.measure, cases, found["options"], training)
    return value if math.isfinite(value) else None


def _reported(fold: Fold, found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the evaluated cases of a fold's report part."""
    cases = {case["id"]: case for case in found["cases"]}
    return [cases[i] for i in fold.report if i in cases]


def _training(fold: Fold, found: Mapping[str, Any]) -> Observed | None:
    """Return the outcomes that a fold's model learnt from; None unless every one of these patients is evaluated too."""
    known = {case["id"]: (bool(case["event"]), float(case["days"])) for case in found["cases"]}
    ids = (*fold.train, *fold.stack)
    return observed_of(known[i] for i in ids) if all(i in known for i in ids) else None
