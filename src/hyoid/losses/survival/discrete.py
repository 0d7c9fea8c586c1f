"""What losses on discrete time share: probabilities of time bins, the last of which is open.

K - 1 edges make K bins (`bins_from_events`): bin k holds the times above edge k - 1 and up to edge k, the last one all
times above the last edge, and so whoever never has the event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyoid.errors import HyoidError

if TYPE_CHECKING:
    import torch


def survival_at_edges(probabilities: torch.Tensor) -> torch.Tensor:
    """Return the probability of an event after each edge: (n, K) probabilities of the bins -> (n, K - 1), falling.

    Summed from the last bin backwards, so that a small survival is not a difference of large numbers.
    """
    return probabilities.flip(1).cumsum(1).flip(1)[:, 1:]


def negative_log_likelihood(log_probabilities: torch.Tensor, possible: torch.Tensor) -> torch.Tensor:
    """Return the mean over n patients of -log of the probability of the bins in which their event may lie.

    Parameters
    ----------
    log_probabilities
        (n, K).
    possible
        (n, K) of bool: for an event its bin, for a censored patient the bins that are left. One or more of each row.
    """
    return -log_probabilities.masked_fill(~possible, -float("inf")).logsumexp(1).mean()


def check_bins(logits: torch.Tensor, bin_index: torch.Tensor, event: torch.Tensor, bins: int) -> None:
    """Refuse logits that are not (n, .), and bins and events that are not one of each a patient, bins in [0, `bins`).

    Raises
    ------
    HyoidError
        If that is so.
    """
    import torch

    if logits.ndim != 2 or logits.shape[1] < 1:
        raise HyoidError.of(f"logits of shape {tuple(logits.shape)}", "one row a patient", "Add the axis.")
    if bin_index.shape != logits.shape[:1] or event.shape != logits.shape[:1] or event.dtype != torch.bool:
        raise HyoidError.of(
            f"bins {tuple(bin_index.shape)}, events {tuple(event.shape)} of {event.dtype}, {len(logits)} patients",
            "one bin and one event of bool a patient",
            "Make them of the same outcomes with bin_of.",
        )
    if bin_index.is_floating_point():
        raise HyoidError.of(f"bins of {bin_index.dtype}", "whole numbers", "Make them with bin_of.")
    outside = bin_index[(bin_index < 0) | (bin_index >= bins)]
    if len(outside):
        raise HyoidError.of(
            f"bin {int(outside[0])} with outputs for {bins} bins", f"0 to {bins - 1}", "Use the same edges for both."
        )
