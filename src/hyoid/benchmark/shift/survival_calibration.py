"""Calibration of predicted survival in every center."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hyoid.benchmark.shift.sample import checked_names
from hyoid.cohort.words import counted
from hyoid.errors import HyoidError
from hyoid.files import jsonable
from hyoid.metrics import (
    Bootstrap,
    Interval,
)
from hyoid.metrics.survival import (
    MINIMUM_EVENTS,
    CalibrationGroup,
    SurvivalCases,
    SurvivalStatistics,
    calibration_groups,
    check_horizon,
)

SURVIVAL_GROUPS = 3
"""Groups of a center, of equal size by predicted risk: fewer than for a cohort, for a center has fewer patients."""


@dataclass(frozen=True, slots=True)
class CenterSurvivalCalibration:
    """Predicted survival of one center at a horizon.

    `slope`, `intercept` and `observed_expected` are those of the cohort's evaluation, within the center; None where
    `reason` says why: fewer than five events by the horizon, or a follow-up that does not reach it.
    """

    center: str
    patients: int
    events: int
    slope: Interval | None
    intercept: Interval | None
    observed_expected: Interval | None
    groups: tuple[CalibrationGroup, ...]
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types; an undefined value is null."""
        return dict(jsonable(asdict(self)))


def survival_calibration_by_center(
    centers: Sequence[Any],
    cases: SurvivalCases,
    day: float,
    groups: int = SURVIVAL_GROUPS,
    bootstrap: Bootstrap | None = None,
) -> tuple[CenterSurvivalCalibration, ...]:
    """Calibrate the predicted survival at a day in each center, by name.

    Parameters
    ----------
    centers, cases
        (n,) names, and outcomes with survival predicted at `day`. Without `training` the distribution of censoring is
        that of each center.
    groups
        Of equal size by predicted risk.
    bootstrap
        How the intervals are drawn.

    Raises
    ------
    HyoidError
        If a center is missing, the lengths differ, or no survival is predicted at the day.
    """
    names = checked_names("center", centers, len(cases))
    if day not in cases.survival:
        known = ", ".join(f"{one:g}" for one in cases.survival) or "none"
        raise HyoidError.of(f"no survival at {day:g} days", f"one of {known}", "Give another day.")
    settings = bootstrap or Bootstrap()
    return tuple(_survival(str(name), cases.part(names == name), day, groups, settings) for name in np.unique(names))


def _survival(name: str, own: SurvivalCases, day: float, groups: int, settings: Bootstrap) -> CenterSurvivalCalibration:
    events = int(np.count_nonzero(own.observed.event & (own.observed.days <= day)))
    horizon = check_horizon(own, day)
    reason = f"{counted(events, 'event')} by {day:g} days" if events < MINIMUM_EVENTS else horizon.reason
    if reason:
        return CenterSurvivalCalibration(name, len(own), events, None, None, None, (), reason)
    found: Mapping[str, Interval] = SurvivalStatistics(own, (day,), None).intervals(settings)
    return CenterSurvivalCalibration(
        center=name,
        patients=len(own),
        events=events,
        slope=found[f"calibration_slope_{day:g}"],
        intercept=found[f"calibration_intercept_{day:g}"],
        observed_expected=found[f"observed_expected_{day:g}"],
        groups=calibration_groups(own.observed, own.survival[day], day, groups, settings.level),
        reason="",
    )
