"""The days at which a survival function is asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hyoid.errors import CohortError


def checked_days(days: ArrayLike) -> NDArray[np.float64]:
    """Return the days (m,) in double precision.

    Raises
    ------
    CohortError
        If they are no list, or one is NaN.
    """
    wanted = np.asarray(days, np.float64)
    if wanted.ndim != 1 or np.isnan(wanted).any():
        raise CohortError.of(f"days {wanted.tolist()}", "a list of days", "Name the days to predict survival at.")
    return wanted
