"""Who outlasts whom: the order of patients in which sums over risk sets are running sums.

A patient outlasts an event if they are observed longer, or if they are censored on the day of the event: someone who is
seen to be free of the event on a day has it later. Both the partial likelihood and the pairwise ranking compare the
patient with the event with those who outlast it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class RiskSets:
    """The m events among n patients, and who outlasts each.

    Parameters
    ----------
    order
        (n,) patients such that those who outlast an event are the first ones: the last day first, on a day the censored
        before the events. Ties are ordered by risk, so that the order of the batch changes no digit.
    places
        (m,) places of the events in that order.
    outlasting
        (m,) number of patients who outlast the event.
    day
        (m,) which of the days with events the event falls on, numbered from the last.
    rank
        (m,) place of the event among the events of its day, from 0.
    tied
        (m,) number of events on its day, itself included.
    """

    order: torch.Tensor
    places: torch.Tensor
    outlasting: torch.Tensor
    day: torch.Tensor
    rank: torch.Tensor
    tied: torch.Tensor


def risk_sets(risk: torch.Tensor, days: torch.Tensor, event: torch.Tensor) -> RiskSets:
    """Order n patients by their outcomes, O(n log n): risk (n,), days (n,), event (n,) of bool."""
    import torch

    order = torch.argsort(risk.detach(), stable=True)
    order = order[torch.argsort(event[order].to(torch.uint8), stable=True)]
    order = order[torch.argsort(days[order], descending=True, stable=True)]
    places = event[order].nonzero()[:, 0]
    _, day, counts = torch.unique_consecutive(days[order][places], return_inverse=True, return_counts=True)
    first = (counts.cumsum(0) - counts)[day]  # of the events of the same day, as a number of the event
    rank = torch.arange(len(places), device=places.device) - first
    return RiskSets(order, places, places[first], day, rank, counts[day])


def log_sums(ordered: torch.Tensor) -> torch.Tensor:
    """Return (n + 1,) the log of the sum of the exponentials of the first 0 ... n values; that of none is -inf."""
    import torch

    return torch.cat([ordered.new_full((1,), -torch.inf), ordered.logcumsumexp(0)])


def log_sums_of_groups(values: torch.Tensor, group: torch.Tensor) -> torch.Tensor:
    """Return (m,) the log of the sum of the exponentials over each value's group: values (m,), group (m,) from 0."""
    groups = int(group.max()) + 1
    highest = values.detach().new_full((groups,), -float("inf")).scatter_reduce(0, group, values.detach(), "amax")
    total = values.new_zeros(groups).index_add(0, group, (values - highest[group]).exp())
    return (highest + total.log())[group]
