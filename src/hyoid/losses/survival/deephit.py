"""DeepHit's loss for one kind of event (Lee et al. 2018): likelihood of discrete time plus a ranking term."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyoid.errors import HyoidError
from hyoid.losses.precision import in_single
from hyoid.losses.survival.discrete import check_bins, negative_log_likelihood
from hyoid.losses.survival.exponential import mean_exponential
from hyoid.losses.survival.outcomes import check_outcomes, zero_of

if TYPE_CHECKING:
    import torch


def deephit_pmf(logits: torch.Tensor) -> torch.Tensor:
    """Return the probabilities (n, K) of the time bins, the last one open, from logits (n, K)."""
    return in_single(logits).softmax(dim=1)


def deephit_loss(
    logits: torch.Tensor,
    bin_index: torch.Tensor,
    event: torch.Tensor,
    days: torch.Tensor,
    *,
    alpha: float,
    sigma: float,
) -> torch.Tensor:
    """Return the mean negative log-likelihood plus alpha times the mean ranking penalty (Lee et al. 2018, one event).

    The likelihood of an event is the probability of its bin; that of a censored patient the probability of all later
    bins, or, where none is later, of the last, which is open. With F the cumulative probability up to a bin, a
    comparable pair (i, j) costs exp(-(F_i(t_i) - F_j(t_i)) / sigma); pairs are those of `ranking_loss`. The paper sums
    both terms; here the likelihood is averaged over patients and the ranking over comparable pairs, so that the balance
    of the two does not depend on the size of the batch.

    Parameters
    ----------
    logits
        (n, K), one for each time bin.
    bin_index
        (n,) whole numbers in [0, K): the bin of each time (`bin_of`).
    event
        (n,) of bool.
    days
        (n,) the times themselves, which order patients within a bin.
    alpha
        Weight of the ranking, 0 or more.
    sigma
        Difference of cumulative probabilities over which the penalty falls by e, above 0.

    Returns
    -------
    torch.Tensor
        Scalar, in single precision at the least; zero with gradient zero for no patients.

    Raises
    ------
    HyoidError
        If shapes or bins do not fit, a time is no time, or alpha or sigma are out of range.
    """
    check_bins(logits, bin_index, event, logits.shape[-1])
    check_outcomes(days, event, len(logits))
    if not (alpha >= 0 and sigma > 0):
        raise HyoidError.of(f"alpha {alpha:g} and sigma {sigma:g}", "alpha from 0, sigma above 0", "Correct them.")
    logits = in_single(logits)
    if not len(logits):
        return zero_of(logits)
    log_probabilities = logits.log_softmax(dim=1)
    likelihood = negative_log_likelihood(log_probabilities, _possible(bin_index, event, logits.shape[1]))
    return likelihood + alpha * _ranking(log_probabilities.exp(), bin_index, event, days, sigma)


def _possible(bin_index: torch.Tensor, event: torch.Tensor, bins: int) -> torch.Tensor:
    """(n, K) of bool: the bins in which the event of each patient may lie."""
    import torch

    every = torch.arange(bins, device=bin_index.device)[None]
    own = every == bin_index[:, None]
    later = (every > bin_index[:, None]) | (every == bins - 1)
    return torch.where(event[:, None], own, later)


def _ranking(
    probabilities: torch.Tensor, bin_index: torch.Tensor, event: torch.Tensor, days: torch.Tensor, sigma: float
) -> torch.Tensor:
    """Mean over the comparable pairs, zero where there is none."""
    longer = days[None] > days[:, None]
    comparable = event[:, None] & (longer | ((days[None] == days[:, None]) & ~event[None]))
    pairs = int(comparable.sum())
    if not pairs:
        return zero_of(probabilities)
    cumulative = probabilities.cumsum(1)[:, bin_index].T  # (i, j): that of patient j up to the bin of patient i
    exponents = (cumulative - cumulative.diagonal()[:, None]) / sigma
    return mean_exponential(exponents[comparable], pairs)
