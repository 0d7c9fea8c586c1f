"""Error against the share of patients who are answered, the least certain left out first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from hyoid.errors import HyoidError
from hyoid.metrics.draws import Floats


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage:
    """The risk-coverage curve of n cases. El-Yaniv and Wiener, JMLR 2010; Geifman, Uziel, El-Yaniv, ICLR 2019.

    Parameters
    ----------
    coverage
        Share answered (n,): 1/n, 2/n, ..., 1.
    risk
        Share of errors among the answered (n,), the most certain first. Cases of equal certainty cannot be told
        apart: they count with the mean over their orders.
    area
        AURC: mean of `risk`; 0 is best. Without any order it would be the share of errors.
    least_area
        The area if all errors were the least certain: what is left below it cannot be had by ordering.
    """

    coverage: Floats
    risk: Floats
    area: float
    least_area: float

    @property
    def excess(self) -> float:
        """The area above the least one (E-AURC)."""
        return self.area - self.least_area

    def risk_at(self, coverage: float) -> float:
        """Return the share of errors where this share of patients or, rounded up to a whole case, more is answered."""
        return float(self.risk[int(np.searchsorted(self.coverage, coverage - 1e-12))])

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain types."""
        return {
            "area": self.area,
            "least_area": self.least_area,
            "excess": self.excess,
            "coverage": self.coverage.tolist(),
            "risk": self.risk.tolist(),
        }


def risk_coverage(wrong: ArrayLike, certainty: ArrayLike) -> RiskCoverage:
    """Make the curve of cases that are answered or left out by their certainty.

    Parameters
    ----------
    wrong
        (n,) of bool: whether the answer is an error.
    certainty
        (n,), higher is more certain; on any scale.

    Raises
    ------
    HyoidError
        If there is no case, the lengths differ, `wrong` is not bool or a certainty is NaN.
    """
    errors, certain = np.asarray(wrong), np.asarray(certainty, np.float64)
    if errors.shape != certain.shape or errors.ndim != 1 or not errors.size or errors.dtype != np.bool_:
        raise HyoidError.of(
            f"errors of {errors.dtype}, shape {errors.shape}, and certainties of shape {certain.shape}",
            "one bool and one number for each of one case or more",
            "Align them.",
        )
    if np.isnan(certain).any():
        raise HyoidError.of("a certainty that is no number", "one for each case", "Leave cases without one out.")
    values, group, size = np.unique(-certain, return_inverse=True, return_counts=True)
    mean = np.bincount(group, weights=errors, minlength=len(values)) / size
    answered = np.arange(1, len(errors) + 1)
    risk = np.cumsum(np.repeat(mean, size)) / answered
    at_last = np.maximum(answered - (len(errors) - int(errors.sum())), 0) / answered
    return RiskCoverage(answered / len(errors), risk, float(risk.mean()), float(at_last.mean()))
