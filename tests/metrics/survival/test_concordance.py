import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sksurv.metrics import concordance_index_censored

from hyoid.errors import HyoidError
from hyoid.metrics.survival import Concordance, Observed, concordance
from oracles.survival_metrics import comparable_pairs, lifelines_c, share_of_pairs
from support.survival import draw

PATIENTS = st.lists(
    st.tuples(st.integers(0, 6), st.booleans(), st.integers(-3, 3), st.sampled_from("ab")), min_size=1, max_size=25
)


def _arrays(patients: list[tuple[int, bool, int, str]]) -> tuple[np.ndarray, ...]:
    days, event, risk, fold = zip(*patients, strict=True)
    return np.array(days, float), np.array(event), np.array(risk, float), np.array(fold)


@pytest.mark.parametrize(
    ("days", "event", "risk", "expected"),
    [
        ((1, 2), (1, 1), (2, 1), Concordance(1, 0, 1)),  # right
        ((1, 2), (1, 0), (1, 2), Concordance(0, 0, 1)),  # wrong; the later one may be censored
        ((1, 2), (1, 1), (1, 1), Concordance(0, 1, 1)),  # equal risks
        ((1, 2), (0, 1), (2, 1), Concordance(0, 0, 0)),  # the earlier one is censored: nobody knows
        ((1, 1), (1, 0), (2, 1), Concordance(1, 0, 1)),  # equal times, one event: who is censored was free of it
        ((1, 1), (0, 1), (2, 1), Concordance(0, 0, 1)),
        ((1, 1), (1, 0), (1, 1), Concordance(0, 1, 1)),
        ((1, 1), (1, 1), (2, 1), Concordance(0, 0, 0)),  # two events on one day
        ((1, 1), (0, 0), (2, 1), Concordance(0, 0, 0)),
        ((0, 1), (1, 0), (2, 1), Concordance(1, 0, 1)),  # an event on day 0
        ((1,), (1,), (2,), Concordance(0, 0, 0)),
        # 5 days: 1 event, 2 both, 3 censored: pairs (1,2)(1,2')(1,3) right, tied, right; (2,2') wrong; (2,3) right
        ((1, 2, 2, 3), (1, 1, 0, 0), (3, 1, 3, 0), Concordance(3, 1, 5)),
    ],
)
def test_a_hand_worked_table(
    days: tuple[float, ...], event: tuple[int, ...], risk: tuple[float, ...], expected: Concordance
) -> None:
    observed = Observed(np.array(days, float), np.array(event, bool))
    assert concordance(observed, risk) == expected
    assert concordance(observed, -np.array(risk)).right == expected.comparable - expected.right - expected.tied


def test_the_index_counts_ties_by_half() -> None:
    assert Concordance(3, 1, 5).index == pytest.approx(0.7)
    assert math.isnan(Concordance(0, 0, 0).index)


@given(PATIENTS)
def test_equals_a_loop_over_pairs_within_folds(patients: list[tuple[int, bool, int, str]]) -> None:
    days, event, risk, fold = _arrays(patients)
    pairs = comparable_pairs(days, event, fold)
    found = concordance(Observed(days, event), risk, list(fold))
    assert found.comparable == len(pairs)
    assert found.right == sum(risk[i] > risk[j] for i, j in pairs)
    assert found.tied == sum(risk[i] == risk[j] for i, j in pairs)
    np.testing.assert_allclose(found.index, share_of_pairs(pairs, risk))


@given(PATIENTS)
def test_what_changes_nothing(patients: list[tuple[int, bool, int, str]]) -> None:
    days, event, risk, fold = _arrays(patients)
    found = concordance(Observed(days, event), risk, list(fold))
    # another scale of the risks of one fold, another order of the patients, another unit of time
    moved = np.where(fold == "a", np.exp(risk) + 100, risk)
    assert concordance(Observed(days, event), moved, list(fold)) == found
    turned = concordance(Observed(days[::-1] / 30.4, event[::-1]), risk[::-1], list(fold[::-1]))
    assert turned == found


@pytest.mark.parametrize("tied", [False, True])
def test_equals_lifelines_and_scikit_survival(tied: bool) -> None:
    for seed in range(3):
        drawn = draw(150, seed, tied=tied)
        days, event = drawn.observed.days, drawn.observed.event
        found = concordance(drawn.observed, drawn.risk)
        oracle = concordance_index_censored(event, days, drawn.risk)
        assert (found.index, found.right, found.tied) == (pytest.approx(oracle[0], abs=1e-12), oracle[1], oracle[3])
        assert found.index == pytest.approx(lifelines_c(days, event, drawn.risk), abs=1e-12)


def test_a_hundred_thousand_patients_need_no_matrix_of_pairs() -> None:
    n = 100_000
    order = np.random.default_rng(0).permutation(n)
    observed = Observed(order.astype(float), np.ones(n, bool))
    assert concordance(observed, -order) == Concordance(n * (n - 1) // 2, 0, n * (n - 1) // 2)
    assert concordance(observed, order // 2) == Concordance(0, n // 2, n * (n - 1) // 2)


def test_wrong_input_is_refused() -> None:
    observed = Observed(np.array([1.0, 2.0]), np.array([True, False]))
    for risk, fold in ((np.zeros(3), None), (np.zeros(2), ["a"]), (np.array([0.0, np.nan]), None)):
        with pytest.raises(HyoidError, match="one finite risk and one fold a patient"):
            concordance(observed, risk, fold)
    assert concordance(Observed(np.zeros(0), np.zeros(0, bool)), []) == Concordance(0, 0, 0)
