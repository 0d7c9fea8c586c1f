"""Pairwise exponential ranking loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from hyoid.errors import HyoidError
from hyoid.losses.precision import in_single
from hyoid.losses.survival.exponential import mean_exponential
from hyoid.losses.survival.outcomes import (
    check_one_risk_a_patient,
    check_outcomes,
    outcomes_of_known,
    zero_of,
)
from hyoid.losses.survival.output import SurvivalOutput
from hyoid.losses.survival.risk_sets import log_sums, risk_sets
from hyoid.settings import Settings

if TYPE_CHECKING:
    import torch


class Ranking(Settings):
    """Mean of exp(alpha (r_j - r_i)) over the comparable pairs of the batch, patient i before j: `ranking_loss`."""

    name: Literal["ranking"] = "ranking"
    alpha: float = Field(1.0, gt=0, allow_inf_nan=False)

    def __call__(self, output: SurvivalOutput, values: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Return the scalar loss over the known: values (B, 2) of days and event, known (B,) of bool."""
        days, event = outcomes_of_known(values, known)
        return ranking_loss(output.risk[known], days, event, self.alpha)


def ranking_loss(risk: torch.Tensor, days: torch.Tensor, event: torch.Tensor, alpha: float = 1.0) -> torch.Tensor:
    """Return the mean of exp(alpha (r_j - r_i)) over the comparable pairs (equation 3 of Zhao and Ray's paper).

    A pair (i, j) is comparable if i has the event and j outlasts it: t_i < t_j, or t_i = t_j and only i has the event.
    The sum over pairs is taken as a sum over events of a running sum, in O(n log n). Up to e^30 the mean is exact;
    beyond, the loss grows with the logarithm of the mean and stays finite with its gradient: see `mean_exponential`.

    Parameters
    ----------
    risk
        (n,), higher is worse.
    days
        (n,) days to the event or to the end of follow-up.
    event
        (n,) of bool.
    alpha
        Steepness, above 0.

    Returns
    -------
    torch.Tensor
        Scalar, in single precision at the least. Zero with gradient zero where no pair is comparable.

    Raises
    ------
    HyoidError
        If shapes do not fit, a time is no time, or alpha is not above 0.
    """
    check_one_risk_a_patient(risk)
    check_outcomes(days, event, len(risk))
    if not alpha > 0:
        raise HyoidError.of(f"alpha {alpha:g}", "a number above 0", "Leave the ranking loss out instead.")
    risk = in_single(risk)
    sets = risk_sets(risk, days, event)
    pairs = int(sets.outlasting.sum())
    if not pairs:
        return zero_of(risk)
    ordered = alpha * risk[sets.order]
    return mean_exponential(log_sums(ordered)[sets.outlasting] - ordered[sets.places], pairs)
