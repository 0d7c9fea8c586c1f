"""Multi-task logistic regression for survival (Yu et al. 2011): the likelihood of sequences over time bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyoid.losses.precision import in_single
from hyoid.losses.survival.discrete import check_bins, negative_log_likelihood
from hyoid.losses.survival.outcomes import zero_of

if TYPE_CHECKING:
    import torch


def mtlr_pmf(logits: torch.Tensor) -> torch.Tensor:
    """Return the probabilities (n, K) of the time bins, the last one open, from logits (n, K - 1).

    Logit k speaks for the event having happened by the edge k. An event in bin k has happened by every edge from k on,
    so the score of the bin is the sum of the logits from k on, that of the open bin 0, and the softmax of
    the scores are the probabilities.
    """
    return _log_pmf(in_single(logits)).exp()


def mtlr_loss(logits: torch.Tensor, bin_index: torch.Tensor, event: torch.Tensor) -> torch.Tensor:
    """Return the mean negative log-likelihood over patients (Yu et al. 2011).

    The likelihood of an event is the probability of its bin, that of a censored patient the probability of their own
    bin and all later ones. The penalty on the weights is the estimator's and not in here.

    Parameters
    ----------
    logits
        (n, K - 1), one for each edge.
    bin_index
        (n,) whole numbers in [0, K): the bin of each time (`bin_of`).
    event
        (n,) of bool.

    Returns
    -------
    torch.Tensor
        Scalar, in single precision at the least; zero with gradient zero for no patients.

    Raises
    ------
    HyoidError
        If shapes or bins do not fit.
    """
    import torch

    bins = logits.shape[-1] + 1
    check_bins(logits, bin_index, event, bins)
    logits = in_single(logits)
    if not len(logits):
        return zero_of(logits)
    every = torch.arange(bins, device=bin_index.device)[None]
    own = bin_index[:, None]
    return negative_log_likelihood(_log_pmf(logits), torch.where(event[:, None], every == own, every >= own))


def _log_pmf(logits: torch.Tensor) -> torch.Tensor:
    from torch.nn import functional

    return functional.pad(logits.flip(1).cumsum(1).flip(1), (0, 1)).log_softmax(dim=1)
