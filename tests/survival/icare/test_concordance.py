import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hyoid.survival.icare import Rule, concordances
from oracles import icare as oracle

RULES: tuple[Rule, ...] = ("harrell", "uno", "tauc")
Table = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]


def table(seed: int, n: int, days: int, missing: float = 0.2) -> Table:
    """Columns with and without ties and missing values, patients in order of time, at equal times events first."""
    rng = np.random.default_rng(seed)
    time, event = rng.integers(0, days, n).astype(float), rng.random(n) < 0.5
    values = rng.normal(size=(n, 6)) - 0.05 * time[:, None]
    values[:, :3] = np.round(values[:, :3])
    values[rng.random((n, 6)) < [0, missing, missing, 0, missing, missing]] = np.nan
    order = np.lexsort((~event, time))
    return values[order], time[order], event[order]


def looped(score: oracle.Score, data: Table, counts: NDArray[np.intp]) -> NDArray[np.float64]:
    values, days, event = (np.repeat(part, counts, axis=0) for part in data)
    found = np.full((len(RULES), values.shape[1]), np.nan)
    for at, rule in enumerate(RULES):
        for column, x in enumerate(values.T):
            known = ~np.isnan(x)
            if (event & known).any():
                found[at, column] = score(rule, days[known], event[known], x[known])
    return found


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 10))
@settings(max_examples=40, deadline=None)
def test_equals_loops_over_pairs_whatever_ties(seed: int, n: int, days: int) -> None:
    data = table(seed, n, days, missing=0.4)
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=2)
    found = concordances(*data, counts, RULES)
    for draw, drawn in enumerate(counts):
        np.testing.assert_allclose(found[:, draw], looped(oracle.by_loops, data, drawn), atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_equals_scikit_survival_where_events_and_censorings_share_no_day(seed: int) -> None:
    values, days, event = table(seed, 150, 60)
    event[:20] = True  # scikit-survival's mean AUC is NaN where no event precedes the first percentile
    days = 2 * days + np.where(event, 0, 1)  # keeps the order
    counts = np.random.default_rng(seed).multinomial(150, np.full(150, 1 / 150), size=3)
    found = concordances(values, days, event, counts, RULES)
    for draw, drawn in enumerate(counts):
        expected = looped(oracle.by_scikit_survival, (values, days, event), drawn)
        assert not np.isnan(expected).any()
        np.testing.assert_allclose(found[:, draw], expected, atol=1e-12)


def test_harrell_uno_and_tauc_by_hand() -> None:
    """Events on days 1 and 3, censored on days 2 and 4: G is 1 before day 1 and 2/3 before day 3.

    The pairs are 1-2, 1-3, 1-4 and 3-4. Column a ranks all but 1-2 right; of column b the tie 3-4 counts half. For Uno
    the latest event falls away, which leaves the pairs of day 1. The percentiles' times go from 1.3 to 3.43: the first
    takes the curve's step from 1 to 3/4, with one case and the controls of days 2, 3 and 4; the first after day 3 takes
    the step from 3/4 to 3/8, with cases that weigh 1 and 3/2, and the control of day 4.
    """
    values = np.array([[3.0, 9.0], [4.0, 1.0], [2.0, 5.0], [1.0, 5.0]])
    days, event = np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, False])
    found = concordances(values, days, event, np.ones((1, 4), np.intp), RULES)[:, 0]
    np.testing.assert_allclose(found[0], [3 / 4, 3.5 / 4])
    np.testing.assert_allclose(found[1], [2 / 3, 1])
    second = (1 + 1.5 / 2) / 2.5
    np.testing.assert_allclose(found[2], [(2 / 3 * 1 / 4 + 3 / 8) / (5 / 8), (1 / 4 + 3 / 8 * second) / (5 / 8)])


def test_reversing_a_column_mirrors_it_and_any_increasing_change_leaves_it() -> None:
    values, days, event = table(0, 80, 40)
    counts = np.ones((1, 80), np.intp)
    found = concordances(values, days, event, counts, RULES)
    np.testing.assert_allclose(concordances(-values, days, event, counts, RULES), 1 - found, atol=1e-12)
    np.testing.assert_array_equal(concordances(np.exp(1e-9 * values), days, event, counts, RULES), found)


def test_a_rule_without_a_pair_is_undefined() -> None:
    days, ones = np.array([1.0, 2.0, 3.0]), np.ones((1, 3), np.intp)
    values = np.array([[1.0, np.nan, np.nan], [2.0, 1.0, np.nan], [3.0, 2.0, np.nan]])
    found = concordances(values, days, np.array([True, False, False]), ones, RULES)[:, 0]
    np.testing.assert_array_equal(found[0], [0, np.nan, np.nan])  # without the first patient, or any, no event is left
    assert np.isnan(found[1]).all()  # before the latest event there is none
    last = concordances(values[:, :1], days, np.array([False, False, True]), ones, RULES)
    assert np.isnan(last).all()
    assert concordances(values[:, :0], days, np.array([True, False, False]), ones, RULES).shape == (3, 1, 0)


def test_one_rule_alone_gives_what_it_gives_among_others() -> None:
    data, counts = table(1, 60, 30), np.ones((1, 60), np.intp)
    together = concordances(*data, counts, RULES)
    for at, rule in enumerate(RULES):
        np.testing.assert_allclose(concordances(*data, counts, (rule,))[0], together[at], atol=1e-14)
