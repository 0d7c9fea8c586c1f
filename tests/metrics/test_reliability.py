import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression

from hyoid.errors import HyoidError
from hyoid.metrics import calibration_line, expected_calibration_error, reliability_bins, wilson_interval

PROBABILITIES = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=50)


def _data(n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    probability = rng.beta(2, 1, n)
    return rng.random(n) < probability**1.5, probability


def test_wilson_equals_scipy() -> None:
    for successes, n in ((0, 3), (3, 3), (2, 7), (41, 50)):
        expected = binomtest(successes, n).proportion_ci(method="wilson")
        assert wilson_interval(successes, n) == pytest.approx((expected.low, expected.high))
    assert all(math.isnan(bound) for bound in wilson_interval(0, 0))


def test_bins_equal_scikit_learn() -> None:
    truth, probability = _data()
    for binning, strategy in (("equal_width", "uniform"), ("equal_count", "quantile")):
        observed, mean = calibration_curve(truth, probability, n_bins=8, strategy=strategy)
        bins = reliability_bins(truth, probability, 8, binning)
        # quantile edges may put one case more or less into a bin
        tolerance = 1e-12 if binning == "equal_width" else 0.02
        np.testing.assert_allclose([b.observed for b in bins], observed, atol=tolerance)
        np.testing.assert_allclose([b.mean_probability for b in bins], mean, atol=tolerance)
    assert {b.n for b in reliability_bins(truth, probability, 8, "equal_count")} == {50}


@given(PROBABILITIES, st.integers(1, 12), st.sampled_from(["equal_width", "equal_count"]))
def test_every_case_is_in_one_bin(cases: list[tuple[bool, float]], bins: int, binning: str) -> None:
    truth, probability = np.array([c[0] for c in cases]), np.array([c[1] for c in cases])
    found = reliability_bins(truth, probability, bins, binning)  # type: ignore[arg-type]
    assert sum(b.n for b in found) == len(cases)
    assert sum(b.n * b.observed for b in found) == pytest.approx(truth.sum())
    assert sum(b.n * b.mean_probability for b in found) == pytest.approx(probability.sum())
    for b in found:
        assert b.low - 1e-9 <= b.mean_probability <= b.high + 1e-9
        assert b.observed_low <= b.observed <= b.observed_high
    assert 0 <= expected_calibration_error(found) <= 1


def test_equal_probabilities_stay_together_and_bounds_belong_to_the_upper_bin() -> None:
    truth, probability = np.array([True, False, True, True]), np.array([0.5, 0.5, 0.5, 1.0])
    (first, second) = reliability_bins(truth, probability, 2, "equal_count")
    assert (first.n, second.n) == (3, 1)
    (only,) = reliability_bins(truth, probability, 2, "equal_width")
    assert (only.low, only.high, only.n) == (0.5, 1.0, 4)
    assert expected_calibration_error((only,)) == pytest.approx(0.75 - 0.625)
    assert math.isnan(expected_calibration_error(()))
    with pytest.raises(HyoidError, match="0 bins"):
        reliability_bins(truth, probability, 0)


def test_line_equals_scikit_learn() -> None:
    truth, probability = _data()
    logits = logit(probability)
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(logits[:, None], truth)
    found = calibration_line(truth, probability)
    assert (found.slope, found.intercept) == pytest.approx((oracle.coef_[0, 0], oracle.intercept_[0]), abs=1e-5)
    shifted = 1 / (1 + np.exp(-(logits + found.in_the_large)))
    assert shifted.mean() == pytest.approx(truth.mean())  # what calibration in the large means


def test_true_probabilities_have_slope_one() -> None:
    rng = np.random.default_rng(5)
    logits = rng.normal(0.5, 1.5, 40000)
    truth = rng.random(40000) < 1 / (1 + np.exp(-logits))
    for scale in (1.0, 2.0):
        found = calibration_line(truth, 1 / (1 + np.exp(-scale * logits)))
        assert found.slope == pytest.approx(1 / scale, abs=0.04)
        assert found.intercept == pytest.approx(0, abs=0.06)


def test_no_line_where_none_exists() -> None:
    separated = calibration_line(np.array([False, False, True]), np.array([0.1, 0.4, 0.4]))
    assert math.isnan(separated.slope)
    assert math.isnan(separated.intercept)
    assert math.isfinite(separated.in_the_large)
    turned = calibration_line(np.array([True, False, False]), np.array([0.1, 0.4, 0.6]))
    same = calibration_line(np.array([True, False]), np.array([0.3, 0.3]))
    one = calibration_line(np.array([True, True]), np.array([0.3, 0.9]))
    assert all(math.isnan(line.slope) for line in (turned, same, one))
    assert math.isnan(one.in_the_large)
    certain = calibration_line(np.array([True, False, True, False]), np.array([1.0, 1.0, 0.0, 0.0]))
    assert certain.slope == pytest.approx(0, abs=1e-9)
