import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.errors import CohortError, HyoidError
from hyoid.losses.survival import bin_of, bins_from_events
from oracles import survival_losses as oracle


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=40), st.integers(1, 12))
def test_edges_are_quantiles_of_the_events(patients: list[tuple[int, bool]], number: int) -> None:
    days, event = np.array([t for t, _ in patients], float), np.array([e for _, e in patients])
    if not event.any():
        with pytest.raises(CohortError, match="no event among"):
            bins_from_events(days, event, number)
        return
    edges = bins_from_events(days, event, number)
    assert edges.tolist() == oracle.edges(days[event].tolist(), number)
    assert edges[-1] == days[event].max()
    bins = bin_of(days, edges)
    assert set(bins[event]) == set(range(len(edges)))  # an event in every bin but the open one
    order = np.random.default_rng(0).permutation(len(days))
    assert np.array_equal(bins_from_events(days[order], event[order], number), edges)
    left = [sum(edge < day for edge in edges) for day in days]
    assert bins.tolist() == left


def test_by_hand() -> None:
    days, event = np.arange(1, 13), np.array([True] * 9 + [False] * 3)
    edges = bins_from_events(days, event)
    assert edges.tolist() == [3, 6, 9]  # the root of nine events
    assert bin_of(days, edges).tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert len(bins_from_events(np.arange(10), np.ones(10, bool))) == 4  # rounded up
    assert bins_from_events([5, 5, 5, 5, 8], [1, 1, 1, 1, 0]).tolist() == [5]
    assert bins_from_events([5, 8], [1, 1], 10).tolist() == [5, 8]


def test_nonsense_is_refused() -> None:
    with pytest.raises(HyoidError, match="0 time bins"):
        bins_from_events([1.0], [True], 0)
    with pytest.raises(CohortError, match="one of each a patient"):
        bins_from_events([1.0, 2.0], [True])
    for wrong in (-1.0, math.nan):
        with pytest.raises(CohortError, match="a survival time"):
            bins_from_events([1.0, wrong], [True, True])
        with pytest.raises(CohortError, match="a survival time"):
            bin_of([1.0, wrong], [5.0])
    for edges in ([], [2.0, 2.0], [3.0, 1.0], [1.0, math.nan]):
        with pytest.raises(HyoidError, match="rising days"):
            bin_of([1.0], edges)
