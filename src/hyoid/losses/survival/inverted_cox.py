"""The published baseline's partial likelihood with its risk set upside down, kept so that the harm can be measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hyoid.losses.precision import in_single
from hyoid.losses.survival.cox import negative_log_partial_likelihood
from hyoid.losses.survival.outcomes import check_one_risk_a_patient, check_outcomes, outcomes_of_known
from hyoid.losses.survival.output import SurvivalOutput
from hyoid.settings import Settings

if TYPE_CHECKING:
    import torch


class InvertedCox(Settings):
    """The official baseline's loss as published, which rewards the reversed ranking: `inverted_cox_loss`.

    Only for measuring what the fault costs. Train with `cox`.
    """

    name: Literal["inverted_cox"] = "inverted_cox"

    def __call__(self, output: SurvivalOutput, values: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Return the scalar loss over the known: values (B, 2) of days and event, known (B,) of bool."""
        days, event = outcomes_of_known(values, known)
        return inverted_cox_loss(output.risk[known], days, event)


def inverted_cox_loss(risk: torch.Tensor, days: torch.Tensor, event: torch.Tensor) -> torch.Tensor:
    """Return the mean over the events of log(sum exp(r) over those observed as long or shorter) - r_i.

    The official baseline of HECKTOR 2025 sorts by falling time and sums from the event to the end of the list, which is
    everybody who had left by then. It is Breslow's likelihood of time running backwards, and is least where the risk
    grows with the time. Of patients of the same day the published code counts those whom its unstable sort happens to
    put last; here all of them count.

    Parameters, return value and errors are those of `cox_loss`.
    """
    check_one_risk_a_patient(risk)
    check_outcomes(days, event, len(risk))
    return negative_log_partial_likelihood(in_single(risk), -days, event, "breslow")
