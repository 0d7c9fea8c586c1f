"""Outcomes of a batch as tensors: what every survival loss demands of them, and its value where they say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyoid.errors import CohortError, HyoidError

if TYPE_CHECKING:
    import torch


def check_outcomes(days: torch.Tensor, event: torch.Tensor, patients: int) -> None:
    """Refuse outcomes that are not one time (n,) of 0 days or more and one event (n,) of bool for each of n patients.

    Raises
    ------
    HyoidError
        If shapes differ or the event is not of bool.
    CohortError
        If a time is negative or no finite number.
    """
    import torch

    if days.shape != (patients,) or event.shape != (patients,):
        raise HyoidError.of(
            f"times {tuple(days.shape)} and events {tuple(event.shape)} for {patients} patients",
            f"shape ({patients},) of both",
            "Give one time and one event a patient.",
        )
    if event.dtype != torch.bool:
        raise HyoidError.of(f"events of {event.dtype}", "torch.bool", "Compare the column with 1.")
    valid = days.isfinite() & (days >= 0)
    if not bool(valid.all()):
        raise CohortError.of(
            f"a survival time of {float(days[~valid][0]):g} days", "0 or more", "Correct or drop the record."
        )


def check_one_risk_a_patient(risk: torch.Tensor) -> None:
    """Refuse risks that are not of shape (n,): a column (n, 1) would be compared with all patients at once."""
    if risk.ndim != 1:
        raise HyoidError.of(f"risks of shape {tuple(risk.shape)}", "one risk a patient, (n,)", "Squeeze the last axis.")


def outcomes_of_known(values: torch.Tensor, known: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return days (n,) and event (n,) of bool of the n known of B patients.

    Parameters
    ----------
    values
        (B, 2): days, and 1 where they ended in the event, else 0. Where the outcome is unknown anything may stand.
    known
        (B,) of bool.

    Raises
    ------
    HyoidError
        If the shapes do not fit, or a known event is neither 0 nor 1.
    """
    import torch

    if values.ndim != 2 or values.shape[1] != 2 or known.shape != values.shape[:1] or known.dtype != torch.bool:
        raise HyoidError.of(
            f"outcomes {tuple(values.shape)} with known {tuple(known.shape)} of {known.dtype}",
            "(B, 2) of days and event with (B,) of bool",
            "Build the target from the cases' outcomes.",
        )
    days, event = values[known].unbind(dim=1)
    if not bool(((event == 0) | (event == 1)).all()):
        raise HyoidError.of("an event that is neither 0 nor 1", "0 or 1", "Code censored as 0, the event as 1.")
    return days, event == 1


def zero_of(values: torch.Tensor) -> torch.Tensor:
    """Return a scalar zero that is connected to the values: a batch that says nothing has the gradient zero."""
    return (values * 0.0).sum()
