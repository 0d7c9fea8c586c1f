"""What the evaluation of an HPV classification yields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import logit

from hyoid.decision import HpvSet
from hyoid.evaluation.classification_sets import AnsweredCase, SetsResult, summarise_sets
from hyoid.files import jsonable
from hyoid.metrics import (
    CLASSIFICATION_MEASURES,
    MINIMUM_OF_EACH_CLASS,
    BinaryCases,
    Binning,
    Bootstrap,
    CalibrationLine,
    Confusion,
    Floats,
    Interval,
    ReliabilityBin,
    RiskCoverage,
    calibration_line,
    confusion,
    expected_calibration_error,
    measures_given,
    reliability_bins,
    risk_coverage,
)

HEADLINE = ("balanced_accuracy", "auc", "sensitivity", "specificity")
"""The measures that stand first; balanced accuracy pools the decisions of all patients and is no mean over centers."""

RELIABILITY_BINS = 10
RELIABILITY_BINNING: Binning = "equal_width"

ANSWERED = (0.5, 0.8, 1.0)
"""Shares of patients answered at which the error is told."""

UNKNOWN_CENTER = "unknown"

_LEAST_PROBABILITY = 1e-12  # a probability of 0 or 1, often only rounded, has no log-odds


@dataclass(frozen=True, slots=True)
class ClassifiedCase:
    """One patient: known HPV status, probability of HPV-positive, decision, and the fold that predicted it.

    `threshold` is the probability that was decided at, 0.5 where None; `answer` is the conformal set, made for `alpha`.
    """

    id: str
    center: str | None
    hpv: bool
    probability: float
    decision: bool
    fold: str | None = None
    threshold: float | None = None
    answer: HpvSet | None = None
    alpha: float | None = None


@dataclass(frozen=True, slots=True)
class CenterCounts:
    """One center: its cases, how many are HPV-negative, and how many decisions are wrong."""

    center: str
    cases: int
    negatives: int
    wrong: int

    def to_dict(self) -> dict[str, Any]:
        """Return counts and shares."""
        shares = {"share_of_negatives": self.negatives / self.cases, "share_of_wrong": self.wrong / self.cases}
        return asdict(self) | shares


@dataclass(frozen=True, slots=True)
class ClassificationResult:
    """Measures of the cohort and of each center, calibration, and who was left out.

    Parameters
    ----------
    bootstrap, stratified
        How intervals are drawn; `stratified` resamples within centers.
    cases
        All evaluated patients, sorted by id.
    cohort
        Measure -> value with interval, all of `CLASSIFICATION_MEASURES`, of all patients pooled.
    centers
        The same for each center, as far as `measures_given` allows.
    confusion
        The four counts of all patients.
    center_counts
        Cases, negatives and wrong decisions of each center; patients of no known center stand as `unknown`.
    reliability, calibration_error, calibration
        Reliability bins of the probabilities, expected calibration error over them, slope and intercept.
    selective
        Error against the share of patients answered, the surest first: how far, in log-odds, from the threshold.
    sets
        What conformal sets hold; None where the predictions have none.
    unknown
        Predicted patients of unknown status; not evaluated.
    without_truth
        Predictions of ids that the truth does not have; not evaluated.
    without_prediction
        Patients of known status without prediction; not evaluated.
    """

    bootstrap: Bootstrap
    stratified: bool
    cases: tuple[ClassifiedCase, ...]
    cohort: Mapping[str, Interval]
    centers: Mapping[str, Mapping[str, Interval]]
    confusion: Confusion
    center_counts: tuple[CenterCounts, ...]
    reliability: tuple[ReliabilityBin, ...]
    calibration_error: float
    calibration: CalibrationLine
    selective: RiskCoverage
    sets: SetsResult | None = None
    unknown: tuple[str, ...] = ()
    without_truth: tuple[str, ...] = ()
    without_prediction: tuple[str, ...] = ()

    @property
    def positives(self) -> int:
        """Number of HPV-positive patients."""
        return sum(case.hpv for case in self.cases)

    @property
    def prevalence(self) -> float:
        """Share of HPV-positive patients."""
        return self.positives / len(self.cases)

    @property
    def certainty(self) -> Floats:
        """How far, in log-odds, each case's probability lies from the threshold of its decision; (n,)."""
        return _certainty(self.cases)

    @property
    def folds(self) -> int:
        """Number of folds whose models predicted; 1 where the predictions name none."""
        return len({case.fold for case in self.cases})

    def headline(self) -> dict[str, dict[str, Any]]:
        """Return the measures that stand first: `{name: {value, interval: [low, high], n}}`."""
        found = {name: self.cohort[name] for name in HEADLINE}
        return {name: {"value": i.value, "interval": [i.low, i.high], "n": i.n} for name, i in found.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        value = {
            "options": {
                "bootstrap": self.bootstrap.model_dump(mode="json"),
                "stratified_by_center": self.stratified,
                "minimum_of_each_class": MINIMUM_OF_EACH_CLASS,
                "reliability_bins": RELIABILITY_BINS,
                "reliability_binning": RELIABILITY_BINNING,
            },
            "n": len(self.cases),
            "positives": self.positives,
            "prevalence": self.prevalence,
            "folds": self.folds,
            "unknown_not_evaluated": self.unknown,
            "without_truth_not_evaluated": self.without_truth,
            "without_prediction_not_evaluated": self.without_prediction,
            "headline": self.headline(),
            "cohort": {name: interval.to_dict() for name, interval in self.cohort.items()},
            "confusion": self.confusion.to_dict(),
            "centers": {
                center: {name: interval.to_dict() for name, interval in measures.items()}
                for center, measures in self.centers.items()
            },
            "center_counts": [counts.to_dict() for counts in self.center_counts],
            "reliability": [found.to_dict() for found in self.reliability],
            "expected_calibration_error": self.calibration_error,
            "calibration": self.calibration.to_dict(),
            "risk_coverage": self.selective.to_dict(),
            "sets": None if self.sets is None else self.sets.to_dict(),
            "cases": [asdict(case) for case in self.cases],
        }
        return dict(jsonable(value))


def summarise_classification(
    cases: Sequence[ClassifiedCase],
    bootstrap: Bootstrap,
    stratified: bool = False,
    *,
    unknown: tuple[str, ...] = (),
    without_truth: tuple[str, ...] = (),
    without_prediction: tuple[str, ...] = (),
) -> ClassificationResult:
    """Make the measures of cohort and centers, with intervals, from matched cases."""
    ordered = tuple(sorted(cases, key=lambda case: case.id))
    binary = _binary(ordered)
    strata = [str(case.center) for case in ordered] if stratified else None
    bins = reliability_bins(binary.truth, binary.probability, RELIABILITY_BINS, RELIABILITY_BINNING)
    return ClassificationResult(
        bootstrap=bootstrap,
        stratified=stratified,
        cases=ordered,
        cohort={name: found.interval(binary, bootstrap, strata) for name, found in CLASSIFICATION_MEASURES.items()},
        centers={center: _center(own, bootstrap) for center, own in _by_center(ordered).items() if center is not None},
        confusion=confusion(binary.truth, binary.decision),
        center_counts=tuple(_counts(center or UNKNOWN_CENTER, own) for center, own in _by_center(ordered).items()),
        reliability=bins,
        calibration_error=expected_calibration_error(bins),
        calibration=calibration_line(binary.truth, binary.probability),
        selective=risk_coverage(binary.truth != binary.decision, _certainty(ordered)),
        sets=_sets(ordered),
        unknown=unknown,
        without_truth=without_truth,
        without_prediction=without_prediction,
    )


def _binary(cases: Sequence[ClassifiedCase]) -> BinaryCases:
    return BinaryCases.of(
        [case.hpv for case in cases],
        [case.decision for case in cases],
        [case.probability for case in cases],
        [case.fold for case in cases],
    )


def _certainty(cases: Sequence[ClassifiedCase]) -> Floats:
    """Return how far, in log-odds, each probability lies from the threshold of its decision."""
    held = [[c.probability, 0.5 if c.threshold is None else c.threshold] for c in cases]
    odds = logit(np.clip(held, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY))
    return np.asarray(np.abs(odds[:, 0] - odds[:, 1]))


def _sets(cases: Sequence[ClassifiedCase]) -> SetsResult | None:
    own = [(AnsweredCase(c.hpv, c.center, c.answer), c.alpha) for c in cases if c.answer is not None]
    if not own:
        return None
    answered, alphas = zip(*own, strict=True)
    return summarise_sets(answered, alphas, len(cases) - len(own))


def _by_center(cases: Sequence[ClassifiedCase]) -> dict[str | None, list[ClassifiedCase]]:
    """Return the cases of each center by name; those of none stand last."""
    centers = sorted({case.center for case in cases}, key=lambda center: (center is None, center or ""))
    return {center: [case for case in cases if case.center == center] for center in centers}


def _center(cases: Sequence[ClassifiedCase], bootstrap: Bootstrap) -> dict[str, Interval]:
    binary = _binary(cases)
    return {name: CLASSIFICATION_MEASURES[name].interval(binary, bootstrap, None) for name in measures_given(binary)}


def _counts(center: str, cases: Sequence[ClassifiedCase]) -> CenterCounts:
    negatives, wrong = sum(not case.hpv for case in cases), sum(case.hpv != case.decision for case in cases)
    return CenterCounts(center, len(cases), negatives, wrong)
