"""A measure in every center, as a forest plot shows it, and how much the centers differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hyoid.benchmark.shift.sample import Sample, measured
from hyoid.files import jsonable
from hyoid.metrics import Bootstrap, Heterogeneity, Interval, draw_values, heterogeneity


@dataclass(frozen=True, slots=True)
class CenterValue:
    """One center.

    Parameters
    ----------
    center, patients
        Its name and the number of its patients.
    value
        The measure within it; None where it is too small for one.
    instead
        What such a center is given: sensitivity and specificity, each with its n.
    reason
        Why it has no value; empty where it has.
    standard_error
        Standard deviation of the resamples; NaN where there is no interval.
    """

    center: str
    patients: int
    value: Interval | None
    instead: Mapping[str, Interval]
    reason: str
    standard_error: float


@dataclass(frozen=True, slots=True)
class CenterValues:
    """Every center by name, all patients together, and the heterogeneity of the centers that have a standard error.

    The value of all patients together is no mean of the centers: it may also compare patients of two of them.
    """

    measure: str
    centers: tuple[CenterValue, ...]
    pooled: Interval
    heterogeneity: Heterogeneity

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        return dict(jsonable(asdict(self)))


def values_by_center(sample: Sample, bootstrap: Bootstrap | None = None) -> CenterValues:
    """Measure every center, with intervals over its patients, and compare them by inverse variance.

    A center with fewer than five cases of a class (or events) has no value of its own, only sensitivity and
    specificity. Variances are those of the bootstrap, on the measure's own scale; a center whose value is 0 or 1 has
    none, and does not count in the heterogeneity.
    """
    settings = bootstrap or Bootstrap()
    found = tuple(
        _center(str(center), sample.take(sample.centers == center), settings) for center in np.unique(sample.centers)
    )
    known = [center for center in found if center.value is not None and center.standard_error > 0]
    compared = heterogeneity(
        [center.value.value for center in known if center.value is not None],
        [center.standard_error for center in known],
        settings.level,
    )
    return CenterValues(sample.measure, found, measured(sample, settings), compared)


def _center(name: str, own: Sample, settings: Bootstrap) -> CenterValue:
    if own.too_few:
        instead = {sample.measure: measured(sample, settings) for sample in own.instead()}
        return CenterValue(name, len(own.ids), None, instead, own.too_few, math.nan)
    value = measured(own, settings)
    error = math.nan
    if not math.isnan(value.low):
        drawn = draw_values(own.statistic(), len(own.ids), settings, list(own.centers))[1]
        drawn = drawn[~np.isnan(drawn)]
        error = float(drawn.std(ddof=1)) if len(drawn) > 1 else math.nan
    return CenterValue(name, len(own.ids), value, {}, "", error)
