"""Weights of pairs of patients, by which the three rules of iCARE are sums over the same comparisons.

Each rule is the weighted share of pairs (i, j), j followed longer than i's event, in which i has the higher value:

- `harrell`: all pairs count alike (Harrell 1982);
- `uno`: a pair weighs 1 / G(t_i-)^2, up to the latest event (Uno 2011, tau = the latest event, itself left out);
- `tauc`: the cumulative/dynamic AUC at 25 percentiles (10 to 81) of the times, events weighted by 1 / G(t_i-), and
  averaged with the steps of the Kaplan-Meier curve between them (Lambert and Chevret 2016).

G is the Kaplan-Meier estimate of not yet being censored. How the values compare does not depend on how often a
bootstrap drew the patients, so the weights of many draws are made at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rule = Literal["harrell", "uno", "tauc"]

PERCENTILES = np.linspace(10, 81, 25)
"""Of the times, at which `tauc` takes the AUC."""


@dataclass(frozen=True, slots=True, eq=False)
class PairWeights:
    """The pair (i, j) weighs counts_j (base_i + slope_i reach_j), for j from `first_later_i` on, and 0 before.

    Patients stand in order of time, at equal times events first.

    Parameters
    ----------
    counts, reach
        (draws, n) how often each patient was drawn; of `tauc`, the weight of all percentiles before the patient's time.
    base, slope
        (rules, draws, n), 0 for censored patients.
    first_later
        (n,) the first patient who was followed longer.
    total
        (rules, draws) weight of all pairs; 0 where a rule has none to compare.
    """

    counts: Floats
    reach: Floats
    base: Floats
    slope: Floats
    first_later: NDArray[np.intp]
    total: Floats


def pair_weights(
    days: Floats, event: NDArray[np.bool_], counts: NDArray[np.integer], rules: Sequence[Rule]
) -> PairWeights:
    """Return the weights of pairs under each rule in each draw.

    Parameters
    ----------
    days, event
        (n,) outcomes in order of time, at equal times events first.
    counts
        (draws, n) how often each draw has each patient.
    """
    times, starts, place = np.unique(days, return_index=True, return_inverse=True)
    drawn = counts.astype(np.float64)
    deaths = np.add.reduceat(drawn * event, starts, axis=1)
    people = np.add.reduceat(drawn, starts, axis=1)
    first_later = starts[place] + np.add.reduceat(event.astype(np.intp), starts)[place]
    base, slope = np.zeros((2, len(rules), *counts.shape))
    reach = np.zeros_like(drawn)
    uncensored = _before(_product_limit(people - deaths, _from_here(people) - deaths))[:, place]
    shares = np.divide(drawn, uncensored, out=np.zeros_like(drawn), where=event & (drawn > 0))
    for at, rule in enumerate(rules):
        if rule == "harrell":
            base[at] = drawn * event
        elif rule == "uno":
            latest = np.where(event & (drawn > 0), days, -1).max(axis=1, keepdims=True)
            base[at] = np.divide(shares, uncensored, out=np.zeros_like(drawn), where=(shares > 0) & (days < latest))
        else:
            cases = np.cumsum(np.add.reduceat(shares, starts, axis=1), axis=1)
            reach = _reach(times, people, _product_limit(deaths, _from_here(people)), cases)[:, place]
            base[at], slope[at] = -shares * reach, shares
    after = [np.pad(_from_here(weights), ((0, 0), (0, 1)))[:, first_later] for weights in (drawn, drawn * reach)]
    total = (base * after[0] + slope * after[1]).sum(axis=-1)
    return PairWeights(drawn, reach, base, slope, first_later, total)


def _reach(times: Floats, people: Floats, survival: Floats, cases: Floats) -> Floats:
    """Return the weight of all percentiles before each time, shape (draws, times).

    A percentile weighs the step of the survival curve since the one before it, over its cases and controls. Without
    cases it has no step; without controls it has no AUC and is left out.
    """
    followed = np.pad(_from_here(people), ((0, 0), (0, 1)))
    reach = np.zeros_like(people)
    for draw, drawn in enumerate(people.astype(np.intp)):
        sample = np.repeat(times, drawn)
        if sample.size:
            at_percentiles = np.interp(PERCENTILES / 100 * (len(sample) - 1), np.arange(len(sample)), sample)
            after = np.searchsorted(times, at_percentiles, side="right")
            steps = -np.diff(survival[draw, after - 1], prepend=1.0)
            pairs = cases[draw, after - 1] * followed[draw, after]
            weights = np.divide(steps, pairs, out=np.zeros_like(steps), where=(steps > 0) & (pairs > 0))
            reach[draw] = np.cumsum(np.bincount(after, weights, len(times) + 1))[:-1]
    return reach


def _from_here(weights: Floats) -> Floats:
    return np.cumsum(weights[:, ::-1], axis=1)[:, ::-1]


def _product_limit(leaving: Floats, at_risk: Floats) -> Floats:
    """Return the Kaplan-Meier curve at each time; nothing happens where nobody is at risk."""
    return np.cumprod(1 - np.divide(leaving, at_risk, out=np.zeros_like(leaving), where=at_risk > 0), axis=1)


def _before(curve: Floats) -> Floats:
    """Return the left limit of a step curve: an event is seen if the patient was not censored until just before it."""
    return np.pad(curve[:, :-1], ((0, 0), (1, 0)), constant_values=1.0)
