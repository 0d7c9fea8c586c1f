import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from hyoid.errors import HyoidError
from hyoid.metrics import holm, simultaneous_tests


def _closed_testing(p: list[float]) -> list[float]:
    """Holm's method is the closure of Bonferroni's test of every subset."""
    subsets = [s for k in range(1, len(p) + 1) for s in itertools.combinations(range(len(p)), k)]
    return [max(min(1.0, len(s) * min(p[j] for j in s)) for s in subsets if i in s) for i in range(len(p))]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm_is_the_closure_of_bonferroni(p: list[float]) -> None:
    np.testing.assert_allclose(holm(p), _closed_testing(p), atol=1e-12)


def test_holm_by_hand_and_what_is_no_test() -> None:
    np.testing.assert_allclose(holm([0.01, 0.04, np.nan, 0.03, 0.005]), [0.03, 0.06, np.nan, 0.06, 0.02])
    assert holm([]).shape == (0,)
    for wrong in ([1.2], [-0.1]):
        with pytest.raises(HyoidError, match="numbers from 0 to 1"):
            holm(wrong)


def test_independent_and_equal_draws_have_known_p_values() -> None:
    rng = np.random.default_rng(1)
    difference, error = np.array([0.25, 0.1, 0.0]), np.array([0.1, 0.1, 0.1])
    found = simultaneous_tests(difference, difference + error * rng.normal(size=(40_000, 3)))
    alone = 2 * norm.sf(difference / error)
    np.testing.assert_allclose(found.p_value, alone, atol=0.01)
    np.testing.assert_allclose(found.p_max_t, 1 - (1 - alone) ** 3, atol=0.01)  # Sidak: three independent tests
    half = norm.isf((1 - 0.95 ** (1 / 3)) / 2) * 0.1
    np.testing.assert_allclose(found.high - difference, half, rtol=0.02)
    np.testing.assert_allclose(found.low + found.high, 2 * difference, atol=1e-12)
    one = rng.normal(size=(5000, 1))
    same = simultaneous_tests(np.full(3, 0.2), 0.2 + 0.1 * np.repeat(one, 3, axis=1))
    np.testing.assert_allclose(same.p_max_t, same.p_value)  # one comparison in three guises costs nothing


def test_p_values_by_counting() -> None:
    drawn = np.array([[0.1, 5.0], [0.3, 5.0], [0.5, 5.0], [np.nan, 5.0]])
    found = simultaneous_tests(np.array([0.3, 5.0]), drawn)
    # deviations -0.2, 0, 0.2 and a difference of 0.3: none reaches it; the second does not vary
    np.testing.assert_allclose(found.p_value, [1 / 4, np.nan])
    np.testing.assert_allclose(found.standard_error, [0.2, 0.0])
    nothing = simultaneous_tests(np.array([0.3, np.nan]), np.zeros((0, 2)))
    assert np.isnan(np.concatenate([nothing.p_value, nothing.low, nothing.p_max_t])).all()
    undefined = simultaneous_tests(np.array([0.3, np.nan]), np.column_stack([drawn[:, 0], np.full(4, np.nan)]))
    np.testing.assert_allclose(undefined.p_max_t, [1 / 4, np.nan])
