"""The inside-outside gap of a recipe: what is lost between the hospitals of its training and others."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hyoid.benchmark.shift.sample import Sample, check_same_patients, measured, without_interval
from hyoid.files import jsonable
from hyoid.metrics import Bootstrap, Floats, Interval, weighted_interval


@dataclass(frozen=True, slots=True)
class Gap:
    """One measure inside (out of fold, k-fold), outside (leave-one-center-out, or external), and their difference.

    Parameters
    ----------
    measure
        A share; higher is better.
    inside, outside
        Each with its own interval over its patients.
    difference
        inside - outside: above 0 where the recipe falls. Its interval draws patients within centers, and a patient of
        both sides once for both.
    patients_in_both, patients_inside, patients_outside
        Numbers of patients; paired where all three are the same.
    within_centers
        Whether both sides compare patients of one center only.
    reason
        Why the difference has no interval; empty where it has.
    """

    measure: str
    inside: Interval
    outside: Interval
    difference: Interval
    patients_in_both: int
    patients_inside: int
    patients_outside: int
    within_centers: bool
    reason: str

    @property
    def pairing(self) -> str:
        """`paired`, `unpaired`, or `partly paired`."""
        if self.patients_in_both == 0:
            return "unpaired"
        same = self.patients_in_both == self.patients_inside == self.patients_outside
        return "paired" if same else "partly paired"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        return dict(jsonable(asdict(self) | {"pairing": self.pairing}))


def inside_outside_gap(
    inside: Sample, outside: Sample, bootstrap: Bootstrap | None = None, *, within_centers: bool = False
) -> Gap:
    """Subtract what a recipe is worth outside from what it is worth inside.

    Patients are drawn within centers, and there apart for those of both sides, of the inside alone and of the outside
    alone. So patients of both are paired, different patients are drawn independently, and each side keeps its size.
    The interval holds the noise of the patients of these centers, not that of which centers there are.

    Parameters
    ----------
    inside, outside
        The same measure of the same recipe under two splits.
    bootstrap
        How the interval is drawn.
    within_centers
        Compare patients (C-index, AUC) of one center only, on both sides. Leave-one-center-out does by itself, while
        k-fold also ranks patients of one center against those of another, and is paid for recognising the center.

    Raises
    ------
    HyoidError
        If the measures differ, or a patient has another center or truth on one side.
    """
    if within_centers:
        inside, outside = inside.within_centers(), outside.within_centers()
    shared, _ = check_same_patients(inside, outside)
    ids = np.union1d(inside.ids, outside.ids)
    places = [np.searchsorted(ids, side.ids) for side in (inside, outside)]
    strata = np.full(len(ids), "", dtype=object)
    for side, place in zip((inside, outside), places, strict=True):
        strata[place] = side.centers
    member = [np.isin(ids, side.ids) for side in (inside, outside)]
    labels = [f"{one:d}{other:d} {center}" for one, other, center in zip(*member, strata, strict=True)]
    first, second = inside.statistic(), outside.statistic()

    def difference(weights: Floats) -> Floats:
        return first(weights[:, places[0]]) - second(weights[:, places[1]])

    values = [measured(side, bootstrap) for side in (inside, outside)]
    reason = _reason(inside, outside, values)
    settings = without_interval(bootstrap) if reason else bootstrap
    return Gap(
        measure=inside.measure,
        inside=values[0],
        outside=values[1],
        difference=weighted_interval(difference, len(ids), settings, labels),
        patients_in_both=len(shared),
        patients_inside=len(inside.ids),
        patients_outside=len(outside.ids),
        within_centers=within_centers,
        reason=reason,
    )


def _reason(inside: Sample, outside: Sample, values: list[Interval]) -> str:
    for name, side, value in zip(("inside", "outside"), (inside, outside), values, strict=True):
        if side.too_few:
            return f"{name}: {side.too_few}"
        if math.isnan(value.value):
            return f"{name}: undefined"
        if value.value in {0.0, 1.0}:
            return f"{name}: {value.value:.0f} in every resample"
    return ""
