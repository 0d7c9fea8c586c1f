"""Groups of patients by predicted risk, cut where training data says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyoid.errors import HyoidError
from hyoid.metrics.draws import Floats


def risk_cut_points(training_risk: ArrayLike, groups: int = 3) -> Floats:
    """Return the risks (groups - 1,) that cut training patients into groups of equal size.

    They are for patients that the model has not seen; those of evaluated patients would know how risks turned out.

    Raises
    ------
    HyoidError
        If there are fewer than two groups, a risk is no finite number, or cut points coincide.
    """
    risk = np.asarray(training_risk, np.float64)
    if groups < 2 or risk.size == 0 or not np.isfinite(risk).all():
        raise HyoidError.of(
            f"{groups} groups of {risk.size} risks", "two groups or more of finite risks", "Give the training risks."
        )
    points: Floats = np.quantile(risk, np.arange(1, groups) / groups)
    _check_ascending(points)
    return points


def risk_groups(risk: ArrayLike, cut_points: Sequence[float] | Floats) -> NDArray[np.intp]:
    """Return the group of each risk, 0 being the lowest; who lies on a cut point belongs to the lower group.

    Raises
    ------
    HyoidError
        If the cut points do not ascend, or a risk is no finite number.
    """
    risks, points = np.asarray(risk, np.float64), np.asarray(cut_points, np.float64)
    _check_ascending(points)
    if not np.isfinite(risks).all():
        raise HyoidError.of("a risk that is no finite number", "numbers, higher is worse", "Give each a risk.")
    found: NDArray[np.intp] = np.searchsorted(points, risks, side="left")
    return found


def _check_ascending(points: Floats) -> None:
    if not (np.isfinite(points).all() and (np.diff(points) > 0).all()):
        raise HyoidError.of(f"cut points {points.tolist()}", "finite numbers that ascend", "Use fewer groups.")
