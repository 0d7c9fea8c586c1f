import math

import numpy as np
import pytest

from hyoid.metrics import standardised_difference, standardised_difference_of_shares


def test_numbers_by_hand() -> None:
    # means 3 and 1, variances 4 and 1
    assert standardised_difference([1, 3, 5], [0, 1, 2]) == pytest.approx(2 / math.sqrt(2.5))
    assert standardised_difference([0, 1, 2], [1, 3, 5]) == pytest.approx(-2 / math.sqrt(2.5))
    for nothing in (([1.0], [1.0, 2.0]), ([0.1] * 3, [0.1] * 7), ([], [1.0, 2.0])):
        assert math.isnan(standardised_difference(*nothing))


def test_two_categories_are_the_formula_for_a_share() -> None:
    p, q = 0.3, 0.6
    expected = abs(p - q) / math.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    assert standardised_difference_of_shares([3, 7], [12, 8]) == pytest.approx(expected)
    assert standardised_difference_of_shares([7, 3], [8, 12]) == pytest.approx(expected)
    # of 0 and 1 it is Cohen's d with the population's variance
    one, other = np.repeat([1, 0], [30, 70]), np.repeat([1, 0], [60, 40])
    assert standardised_difference(one, other) == pytest.approx(-expected, rel=0.01)


def test_three_categories_by_the_inverse_of_the_covariance() -> None:
    p, q = np.array([0.2, 0.5, 0.3]), np.array([0.4, 0.4, 0.2])
    s = np.array([[(p[k] * ((k == m) - p[m]) + q[k] * ((k == m) - q[m])) / 2 for m in (0, 1)] for k in (0, 1)])
    expected = math.sqrt((p - q)[:2] @ np.linalg.inv(s) @ (p - q)[:2])
    assert standardised_difference_of_shares([20, 0, 50, 30], [40, 0, 40, 20]) == pytest.approx(expected)
    assert standardised_difference_of_shares([1, 2], [10, 20]) == pytest.approx(0)
    assert math.isnan(standardised_difference_of_shares([3, 0], [0, 4]))
    assert math.isnan(standardised_difference_of_shares([0, 0], [1, 4]))
