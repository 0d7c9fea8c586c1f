import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from hyoid.metrics import fit_logistic, fit_offset


def _data(n: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(0, 2, n)
    return x, (rng.random(n) < 1 / (1 + np.exp(-(0.7 * x - 0.4)))).astype(float)


def test_equals_scikit_learn_without_penalty() -> None:
    x, y = _data()
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x[:, None], y)
    slope, intercept = fit_logistic(np.column_stack([x, np.ones_like(x)]), y)
    assert (slope, intercept) == pytest.approx((oracle.coef_[0, 0], oracle.intercept_[0]), abs=1e-5)


def test_a_soft_target_is_a_share_of_weighted_cases() -> None:
    x, y = _data(60)
    target = np.where(y > 0, 0.9, 0.2)
    twice = np.r_[x, x][:, None]
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
    oracle.fit(twice, np.r_[np.ones(60), np.zeros(60)], sample_weight=np.r_[target, 1 - target])
    found = fit_logistic(np.column_stack([x, np.ones_like(x)]), target)
    assert found == pytest.approx([oracle.coef_[0, 0], oracle.intercept_[0]], abs=1e-5)


def test_an_offset_makes_the_means_equal_from_logits_of_any_size() -> None:
    x, y = _data()
    for logits in (x, np.zeros_like(x), x + 800, 1e5 * x):
        assert expit(logits + fit_offset(logits, y)).mean() == pytest.approx(y.mean(), abs=1e-9)
    assert fit_offset(np.zeros_like(x), y) == pytest.approx(np.log(y.mean() / (1 - y.mean())))


def test_no_single_minimum_is_nan() -> None:
    assert np.isnan(fit_logistic(np.zeros((4, 1)), np.array([0.0, 1, 0, 1]))).all()
