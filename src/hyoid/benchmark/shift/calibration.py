"""Calibration in every center: a model may be right on average and wrong in each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hyoid.benchmark.shift.classification_sample import counts_of_classes
from hyoid.benchmark.shift.sample import checked_names
from hyoid.files import jsonable
from hyoid.metrics import (
    MINIMUM_FOR_SHARE,
    MINIMUM_OF_EACH_CLASS,
    BinaryCases,
    Bools,
    CalibrationIntervals,
    Floats,
    ReliabilityBin,
    calibration_intervals,
    expected_calibration_error,
    reliability_bins,
    share_interval,
)

RELIABILITY_BINS = 4
"""Bins of a center, of equal numbers of patients: fewer than for a cohort, for a center has fewer."""


@dataclass(frozen=True, slots=True)
class CenterCalibration:
    """Probabilities of one center.

    Parameters
    ----------
    center, patients, positives
        Its name and numbers.
    mean_probability, observed, low, high
        Mean of the probabilities; share of positives with its Wilson interval, NaN of fewer than `MINIMUM_FOR_SHARE`.
    calibration
        Slope and calibration in the large, with intervals; None where there are fewer than five of a class.
    bins, expected_calibration_error
        Reliability in bins of equal numbers of patients; none, and NaN, of fewer than `MINIMUM_FOR_SHARE` patients.
    reason
        Why there is no calibration line; empty where there is.
    """

    center: str
    patients: int
    positives: int
    mean_probability: float
    observed: float
    low: float
    high: float
    calibration: CalibrationIntervals | None
    bins: tuple[ReliabilityBin, ...]
    expected_calibration_error: float
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        return dict(jsonable(asdict(self)))


def calibration_by_center(
    centers: Sequence[Any], truth: Bools, probability: Floats, bins: int = RELIABILITY_BINS, level: float = 0.95
) -> tuple[CenterCalibration, ...]:
    """Fit the calibration line of each center, by name.

    Parameters
    ----------
    centers, truth, probability
        (n,) names, (n,) of bool, and (n,) in 0..1.
    bins
        Of equal numbers of patients.
    level
        Of all intervals.

    Raises
    ------
    HyoidError
        If there is no patient, the lengths differ, a center is missing, truth is not bool, or a probability is not in
        0..1.
    """
    cases = BinaryCases.of(truth, truth, probability)
    names = checked_names("center", centers, len(cases.truth))
    return tuple(_calibration(str(name), cases.take(names == name), bins, level) for name in np.unique(names))


def _calibration(name: str, own: BinaryCases, bins: int, level: float) -> CenterCalibration:
    few = min(own.positives, own.negatives) < MINIMUM_OF_EACH_CLASS
    n = len(own.truth)
    some = n >= MINIMUM_FOR_SHARE
    sorted_bins = reliability_bins(own.truth, own.probability, bins, "equal_count", level) if some else ()
    low, high = share_interval(own.positives, n, level)
    return CenterCalibration(
        center=name,
        patients=n,
        positives=own.positives,
        mean_probability=float(own.probability.mean()),
        observed=own.positives / n,
        low=low,
        high=high,
        calibration=None if few else calibration_intervals(own.truth, own.probability, level),
        bins=sorted_bins,
        expected_calibration_error=expected_calibration_error(sorted_bins) if some else math.nan,
        reason=counts_of_classes(own) if few else "",
    )
