"""Survival losses from their definitions: loops over patients in double precision, differentiated by autograd."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction

import torch


def outcomes(seed: int, patients: int = 12, days: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    """Random times of 1 to `days` days, most of them shared, and events of about every second patient."""
    generator = torch.Generator().manual_seed(seed)
    times = torch.randint(1, days + 1, (patients,), generator=generator).double()
    return times, torch.rand(patients, generator=generator) < 0.5


def normal(seed: int, *shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1000 + seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()


def assert_same_value_and_gradient(ours: torch.Tensor, theirs: torch.Tensor, at: torch.Tensor) -> None:
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)
    mine, other = (torch.autograd.grad(value, at)[0] for value in (ours, theirs))
    torch.testing.assert_close(mine, other, rtol=1e-9, atol=1e-12)


def _zero(values: torch.Tensor) -> torch.Tensor:
    return (0.0 * values).sum()


def cox(risk: torch.Tensor, days: torch.Tensor, event: torch.Tensor, ties: str) -> torch.Tensor:
    total, events = _zero(risk), 0
    for day in sorted({float(t) for t, e in zip(days, event, strict=True) if e}):
        at_risk = sum(torch.exp(risk[j]) for j in range(len(risk)) if days[j] >= day)
        dying = [i for i in range(len(risk)) if days[i] == day and event[i]]
        of_the_dying = sum(torch.exp(risk[i]) for i in dying)
        for number, i in enumerate(dying):
            share = number / len(dying) if ties == "efron" else 0.0
            total = total + torch.log(at_risk - share * of_the_dying) - risk[i]
            events += 1
    return total / max(events, 1)


def torchsurv_cox(risk: torch.Tensor, days: torch.Tensor, event: torch.Tensor, ties: str) -> torch.Tensor:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torchsurv warns of its own script on import, and of ties
        from torchsurv.loss.cox import neg_partial_log_likelihood

        total = neg_partial_log_likelihood(risk, event, days, ties_method=ties, reduction="sum")
    return total / event.sum()


def inverted_cox(risk: torch.Tensor, days: torch.Tensor, event: torch.Tensor) -> torch.Tensor:
    total, events = _zero(risk), 0
    for i in range(len(risk)):
        if event[i]:
            gone = [torch.exp(risk[j]) for j in range(len(risk)) if days[j] <= days[i]]
            total = total + torch.log(torch.stack(gone).sum()) - risk[i]
            events += 1
    return total / max(events, 1)


def comparable(days: torch.Tensor, event: torch.Tensor) -> list[tuple[int, int]]:
    """Pairs (i, j) of which i is known to have the event before j."""
    n = range(len(days))
    return [(i, j) for i in n for j in n if event[i] and (days[i] < days[j] or (days[i] == days[j] and not event[j]))]


def ranking(risk: torch.Tensor, days: torch.Tensor, event: torch.Tensor, alpha: float) -> torch.Tensor:
    pairs = comparable(days, event)
    total = _zero(risk)
    for i, j in pairs:
        total = total + torch.exp(alpha * (risk[j] - risk[i]))
    return total / max(len(pairs), 1)


def percentile(values: list[float], share: float) -> float:
    """Linear between order statistics, the first at 0 and the last at 1."""
    values = sorted(values)
    place = share * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def contrastive_pairs(
    days: torch.Tensor, event: torch.Tensor, pairs: str
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    times, n = [float(day) for day in days], len(days)
    similar, dissimilar = [], []
    if pairs == "published":
        every = sorted(abs(a - b) for a in times for b in times)
        near, far = every[(len(every) - 1) // 2], percentile(every, 0.75)
    else:
        every = [abs(times[i] - times[j]) for i in range(n) for j in range(i + 1, n)]
        near, far = percentile(every, 0.5), percentile(every, 0.75)
    for i in range(n):
        for j in range(i + 1, n):
            apart = abs(times[i] - times[j])
            if event[i] and event[j] and apart < near:
                similar.append((i, j))
            earlier = i if times[i] < times[j] else j
            if apart > far and (pairs == "published" or event[earlier]):
                dissimilar.append((i, j))
    return similar, dissimilar


def contrastive(
    features: torch.Tensor, days: torch.Tensor, event: torch.Tensor, margin: float, normalise: bool, pairs: str
) -> torch.Tensor:
    if len(features) < 2:
        return _zero(features)
    similar, dissimilar = contrastive_pairs(days, event, pairs)

    def distance(i: int, j: int) -> torch.Tensor:
        a, b = ((row / row.square().sum().sqrt() if normalise else row) for row in (features[i], features[j]))
        return (a - b).square().sum().sqrt()

    total = _zero(features)
    for i, j in similar:
        total = total + distance(i, j) / len(similar)
    for i, j in dissimilar:
        total = total + torch.relu(margin - distance(i, j)) / len(dissimilar)
    return total


def deephit(
    logits: torch.Tensor,
    bins: torch.Tensor,
    event: torch.Tensor,
    days: torch.Tensor,
    alpha: float,
    sigma: float,
) -> torch.Tensor:
    n, number = logits.shape
    mass = torch.exp(logits) / torch.exp(logits).sum(dim=1, keepdim=True)
    likelihood = _zero(logits)
    for i in range(n):
        own = int(bins[i])
        possible = [own] if event[i] else list(range(own + 1, number)) or [number - 1]
        likelihood = likelihood - torch.log(sum(mass[i, k] for k in possible))
    rank, pairs = _zero(logits), comparable(days, event)
    for i, j in pairs:
        until = range(int(bins[i]) + 1)
        difference = sum(mass[i, k] for k in until) - sum(mass[j, k] for k in until)
        rank = rank + torch.exp(-difference / sigma)
    return likelihood / max(n, 1) + alpha * rank / max(len(pairs), 1)


def mtlr_mass(logits: torch.Tensor) -> torch.Tensor:
    """Softmax of the logits times the lower-triangular matrix of ones, (K - 1, K)."""
    number = logits.shape[1]
    triangle = logits.new_zeros((number, number + 1))
    for row in range(number):
        for column in range(number + 1):
            triangle[row, column] = 1.0 if column <= row else 0.0
    scores = torch.exp(logits @ triangle)
    return scores / scores.sum(dim=1, keepdim=True)


def mtlr(logits: torch.Tensor, bins: torch.Tensor, event: torch.Tensor) -> torch.Tensor:
    mass, total = mtlr_mass(logits), _zero(logits)
    for i in range(len(logits)):
        own = int(bins[i])
        last = own if event[i] else logits.shape[1]
        total = total - torch.log(sum(mass[i, k] for k in range(own, last + 1)))
    return total / max(len(logits), 1)


def edges(times: list[float], number: int) -> list[float]:
    """The least time by which k/number of the events have happened, for each k, in exact arithmetic."""
    times = sorted(times)
    found = set()
    for k in range(1, number + 1):
        found.add(next(t for t in times if Fraction(sum(s <= t for s in times), len(times)) >= Fraction(k, number)))
    return sorted(found)
