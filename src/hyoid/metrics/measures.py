"""The measures of a cohort, each as a ratio of sums over cases."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from hyoid.metrics.case import CaseScores
from hyoid.metrics.draws import Floats
from hyoid.metrics.empty import EmptyTruth
from hyoid.metrics.labels import Lesion

Addends = Callable[[CaseScores], tuple[float, float]]
"""What one case adds to numerator and denominator; (0, 0) where it does not count."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a cohort: sum of numerators over sum of denominators.

    Every measure of this project's segmentation tasks has this form: a mean over cases has denominators 1 (or 0 for a
    case that does not count), an aggregated measure its own. Over a cohort in which no case counts it is NaN.
    """

    name: str
    lesion: Lesion
    unit: str
    description: str
    addends: Addends
    needs_surfaces: bool = False

    def sums(self, cases: Sequence[CaseScores]) -> Floats:
        """Return what each case adds, (n cases, 2)."""
        return np.array([self.addends(case) for case in cases], dtype=np.float64).reshape(-1, 2)


def _mean_of(value: Callable[[CaseScores], float]) -> Addends:
    def addends(case: CaseScores) -> tuple[float, float]:
        found = value(case)
        return (0.0, 0.0) if math.isnan(found) else (found, 1.0)

    return addends


def _dice(lesion: Lesion, policy: EmptyTruth) -> Addends:
    return _mean_of(lambda case: case.overlaps[lesion].dice(policy))


def _aggregated_dice(lesion: Lesion) -> Addends:
    def addends(case: CaseScores) -> tuple[float, float]:
        volumes = case.overlaps[lesion]
        return 2 * volumes.intersection_mm3, volumes.truth_mm3 + volumes.prediction_mm3

    return addends


def _aggregated_f1(lesion: Lesion) -> Addends:
    def addends(case: CaseScores) -> tuple[float, float]:
        counts = case.detections[lesion]
        doubled = 2 * counts.true_positives
        return doubled, doubled + counts.false_positives + counts.false_negatives

    return addends


def _hd95(lesion: Lesion) -> Addends:
    return _mean_of(lambda case: case.surfaces[lesion].hd95_mm)


def _surface_dice(lesion: Lesion) -> Addends:
    return _mean_of(lambda case: case.surfaces[lesion].surface_dice)


def dice_name(lesion: Lesion, policy: EmptyTruth) -> str:
    """Return the name of the mean Dice of a lesion under a policy, such as `gtvp_dsc_exclude`."""
    return f"{lesion}_dsc_{policy}"


def _all() -> dict[str, Measure]:
    found = [
        Measure(
            dice_name(lesion, policy), lesion, "", f"mean DSC of {lesion}, empty truth: {policy}", _dice(lesion, policy)
        )
        for lesion in (Lesion.GTVP, Lesion.MERGED)
        for policy in EmptyTruth
    ]
    for lesion in (Lesion.GTVN, Lesion.GTVP, Lesion.MERGED):
        found += [
            Measure(f"{lesion}_dsc_agg", lesion, "", f"aggregated DSC of {lesion}, in mm3", _aggregated_dice(lesion)),
            Measure(f"{lesion}_f1_agg", lesion, "", f"aggregated lesion F1 of {lesion}", _aggregated_f1(lesion)),
        ]
    for lesion in Lesion:
        found += [
            Measure(f"{lesion}_hd95_mm", lesion, "mm", f"mean HD95 of {lesion}, both present", _hd95(lesion), True),
            Measure(f"{lesion}_surface_dsc", lesion, "", f"mean surface DSC of {lesion}", _surface_dice(lesion), True),
        ]
    return {measure.name: measure for measure in found}


MEASURES: Mapping[str, Measure] = MappingProxyType(_all())
"""Every cohort measure of segmentation by name; tables, JSON and documentation are drawn from here."""
