"""A measure on the reported patients of one fold, from the cases that an evaluation on disk lists."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hyoid.evaluation import observed_of
from hyoid.metrics import CLASSIFICATION_MEASURES, MINIMUM_OF_EACH_CLASS, BinaryCases, Bootstrap
from hyoid.metrics.survival import MINIMUM_EVENTS, Observed, SurvivalCases, SurvivalStatistics, check_horizon
from hyoid.recipe.stage import Task

Cases = Sequence[Mapping[str, Any]]
"""Rows of `cases` in an evaluation, all of one fold."""

_ONE_MODEL = ""


def fold_value(task: Task, measure: str, cases: Cases, options: Mapping[str, Any], training: Observed | None) -> float:
    """Return a measure of one fold's patients; NaN where it is undefined.

    Parameters
    ----------
    options
        Those of the evaluation: of a segmentation, which Dice an empty truth has.
    training
        Outcomes of the patients whom the fold's model was trained on, from which a Brier score takes the distribution
        of censoring; without them it is undefined.
    """
    if task == "segmentation":
        return _segmentation(measure, cases, str(options["empty_truth"]))
    if task == "hpv":
        return _hpv(measure, cases)
    return _rfs(measure, cases, training)


def too_small_a_center(task: Task, measure: str, cases: Cases) -> bool:
    """Whether a center has so few of a class, or of events, that no table gives it this measure."""
    if task == "hpv":
        positives = sum(bool(case["hpv"]) for case in cases)
        few = min(positives, len(cases) - positives) < MINIMUM_OF_EACH_CLASS
        return few and measure not in {"sensitivity", "specificity"}
    return task == "rfs" and sum(bool(case["event"]) for case in cases) < MINIMUM_EVENTS


def _segmentation(measure: str, cases: Cases, policy: str) -> float:
    lesion, _, kind = measure.lower().partition("_")
    if kind == "mean_dice":
        values = [case[f"{lesion}_dsc_{policy}"] for case in cases]
        known = [float(value) for value in values if value is not None]
        return sum(known) / len(known) if known else math.nan
    if kind == "dsc_agg":
        shared, truth, prediction = (_sum(cases, f"{lesion}_{n}_ml") for n in ("intersection", "truth", "prediction"))
        return _ratio(2 * shared, truth + prediction)
    if kind == "f1_agg":
        names = ("true_positives", "false_positives", "false_negatives")
        found, wrong, missed = (_sum(cases, f"{lesion}_{name}") for name in names)
        return _ratio(2 * found, 2 * found + wrong + missed)
    raise KeyError(measure)


def _hpv(measure: str, cases: Cases) -> float:
    truth, decision, probability = ([case[name] for case in cases] for name in ("hpv", "decision", "probability"))
    binary = BinaryCases.of(truth, decision, probability)
    return CLASSIFICATION_MEASURES[measure].interval(binary, Bootstrap(replicates=0), None).value


def _rfs(measure: str, cases: Cases, training: Observed | None) -> float:
    arrays = SurvivalCases.of(
        observed_of((case["event"], case["days"]) for case in cases),
        [case["risk"] for case in cases],
        {float(day): [case["survival"][day] for case in cases] for day in _days(cases)},
        [_ONE_MODEL] * len(cases),
        None if training is None else {_ONE_MODEL: training},
    )
    name, _, days = measure.rpartition("_")
    if name == "brier" and training is None:
        return math.nan
    horizons = [float(days)] if name == "brier" else []
    if not all(check_horizon(arrays, day).answered for day in horizons):
        return math.nan
    statistics = SurvivalStatistics(arrays, horizons, None)
    return dict(zip(statistics.keys, statistics.values(), strict=True)).get(measure, math.nan)


def _days(cases: Cases) -> list[str]:
    """Return the horizons that all patients have a survival at."""
    return sorted(set.intersection(*(set(case["survival"]) for case in cases)), key=float)


def _sum(cases: Cases, name: str) -> float:
    return math.fsum(float(case[name]) for case in cases)


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else math.nan
