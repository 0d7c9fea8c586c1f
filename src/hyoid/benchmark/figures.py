"""The figures of one run in a comparison: pooled with an interval, and over the folds as papers print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hyoid.api.training import Evaluation
from hyoid.benchmark.row import Figure
from hyoid.evaluation import SegmentationResult
from hyoid.files import read_json
from hyoid.metrics import MEASURES, ratio
from hyoid.training import Run


def figures_of(evaluation: Evaluation, run: Run) -> dict[str, Figure]:
    """Return the headline measures of one evaluation of a run."""
    if isinstance(evaluation, SegmentationResult):
        folds = read_json(run.folder / "splits.json")
        return segmentation_figures(evaluation, [fold["report"] for fold in folds if fold["folder"] in run.folds])
    return overall_figures(evaluation)


def overall_figures(evaluation: Evaluation) -> dict[str, Figure]:
    """Return the headline measures over all patients, of one model or several that make no folds."""
    return {name: _figure(found) for name, found in evaluation.headline().items()}


def segmentation_figures(result: SegmentationResult, folds: Sequence[Sequence[str]]) -> dict[str, Figure]:
    """Return the challenge's three measures, pooled and by fold.

    A fold in which one is undefined is left out of its mean.
    """
    scores = {case.id: case.scores for case in result.cases}
    found = {}
    for name, measure in result.headline_measures.items():
        values = []
        for fold in folds:
            ids = [i for i in fold if i in scores]
            if ids:
                values.append(float(ratio(MEASURES[measure].sums([scores[i] for i in ids]).sum(axis=0))))
        defined = [value for value in values if np.isfinite(value)]
        found[name] = _figure(result.headline()[name], defined)
    return found


def _figure(found: Mapping[str, object], folds: Sequence[float] = ()) -> Figure:
    interval, n = found["interval"], found["n"]
    if not isinstance(n, int):
        raise TypeError("a measure without n")
    return Figure(
        _number(found["value"]),
        None if not isinstance(interval, list | tuple) else (_number(interval[0]), _number(interval[1])),
        n,
        float(np.mean(folds)) if folds else None,
        float(np.std(folds, ddof=1)) if len(folds) > 1 else None,
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else None
