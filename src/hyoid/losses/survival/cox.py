"""Cox's partial likelihood with Breslow's or Efron's treatment of ties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from hyoid.errors import HyoidError
from hyoid.losses.precision import in_single
from hyoid.losses.survival.outcomes import (
    check_one_risk_a_patient,
    check_outcomes,
    outcomes_of_known,
    zero_of,
)
from hyoid.losses.survival.output import SurvivalOutput
from hyoid.losses.survival.risk_sets import log_sums, log_sums_of_groups, risk_sets
from hyoid.settings import Settings

if TYPE_CHECKING:
    import torch

Ties = Literal["efron", "breslow"]


class Cox(Settings):
    """Negative log partial likelihood of the risks, mean over the events of the batch: `cox_loss`."""

    name: Literal["cox"] = "cox"
    ties: Ties = "efron"

    def __call__(self, output: SurvivalOutput, values: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Return the scalar loss over the known: values (B, 2) of days and event, known (B,) of bool."""
        days, event = outcomes_of_known(values, known)
        return cox_loss(output.risk[known], days, event, self.ties)


def cox_loss(risk: torch.Tensor, days: torch.Tensor, event: torch.Tensor, ties: Ties = "efron") -> torch.Tensor:
    """Return the negative log partial likelihood, mean over the events.

    For an event of patient i on a day with the d events D and the patients at risk R (observed as long or longer), the
    negative log-likelihood is log(sum_R exp(r) - l/d sum_D exp(r)) - r_i. Breslow (1974) has l = 0 for all of them,
    Efron (1977) l = 0 ... d - 1 for one each. Exact for any risks, in O(n log n): the difference of sums is taken as
    the sum over R without D, plus 1 - l/d of the sum over D, so nothing cancels.

    Parameters
    ----------
    risk
        (n,) log relative hazards, higher is worse.
    days
        (n,) days to the event or to the end of follow-up.
    event
        (n,) of bool.
    ties
        How events on one day are treated.

    Returns
    -------
    torch.Tensor
        Scalar, in single precision at the least. Zero with gradient zero where there is no event.

    Raises
    ------
    HyoidError
        If shapes do not fit, a time is no time, or the ties are neither of the two.
    """
    check_one_risk_a_patient(risk)
    check_outcomes(days, event, len(risk))
    if ties not in get_args(Ties):
        raise HyoidError.of(f"ties '{ties}'", " or ".join(get_args(Ties)), "Name one of them.")
    return negative_log_partial_likelihood(in_single(risk), days, event, ties)


def negative_log_partial_likelihood(
    risk: torch.Tensor, time: torch.Tensor, event: torch.Tensor, ties: Ties
) -> torch.Tensor:
    """Return what `cox_loss` does, unchecked, for times of any sign: at risk are those of the same or greater time."""
    import torch

    sets = risk_sets(risk, time, event)
    if not len(sets.places):
        return zero_of(risk)
    ordered = risk[sets.order]
    of_event = ordered[sets.places]
    outlasting = log_sums(ordered)[sets.outlasting]
    share = torch.ones_like(of_event) if ties == "breslow" else 1 - sets.rank / sets.tied.to(of_event.dtype)
    at_risk = torch.logaddexp(outlasting, share.log() + log_sums_of_groups(of_event, sets.day))
    return (at_risk - of_event).mean()
