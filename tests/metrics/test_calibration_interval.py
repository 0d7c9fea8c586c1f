import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import logit
from scipy.stats import chi2
from sklearn.linear_model import LogisticRegression

from hyoid.metrics import calibration_intervals


def _draw(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    probability = rng.uniform(0.05, 0.95, n)
    return rng.random(n) < 1 / (1 + np.exp(-(0.4 + 0.7 * logit(probability)))), probability


def _deviance(truth: np.ndarray, linear: np.ndarray) -> float:
    probability = 1 / (1 + np.exp(-linear))
    return float(-2 * np.log(np.where(truth, probability, 1 - probability)).sum())


def test_bounds_are_where_the_deviance_has_risen_by_the_quantile() -> None:
    truth, probability = _draw(60)
    found, logits = calibration_intervals(truth, probability, 0.9), logit(probability)
    model = LogisticRegression(C=math.inf, tol=1e-10, max_iter=1000).fit(logits[:, np.newaxis], truth)
    assert found.line.slope == pytest.approx(model.coef_[0, 0], abs=1e-5)
    best = _deviance(truth, model.intercept_[0] + model.coef_[0, 0] * logits)
    quantile = chi2.ppf(0.9, 1)
    for slope in found.slope:
        profile = minimize_scalar(lambda a, slope=slope: _deviance(truth, a + slope * logits))
        assert profile.fun - best == pytest.approx(quantile, abs=1e-5)
    at_one = minimize_scalar(lambda a: _deviance(truth, a + logits))
    assert found.line.in_the_large == pytest.approx(at_one.x, abs=1e-5)
    for intercept in found.in_the_large:
        assert _deviance(truth, intercept + logits) - at_one.fun == pytest.approx(quantile, abs=1e-5)
    assert found.slope[0] < found.line.slope < found.slope[1]


def test_many_patients_have_the_interval_of_the_information_matrix() -> None:
    truth, probability = _draw(5000, 1)
    found, logits = calibration_intervals(truth, probability), logit(probability)
    fitted = 1 / (1 + np.exp(-(found.line.intercept + found.line.slope * logits)))
    design = np.column_stack([np.ones(5000), logits])
    error = math.sqrt(np.linalg.inv(design.T @ (design * (fitted * (1 - fitted))[:, np.newaxis]))[1, 1])
    expected = (found.line.slope - 1.96 * error, found.line.slope + 1.96 * error)
    assert found.slope == pytest.approx(expected, abs=0.005)


def test_what_does_not_exist_is_nan() -> None:
    one_class = calibration_intervals(np.ones(5, bool), np.linspace(0.1, 0.9, 5))
    assert np.isnan([*one_class.slope, *one_class.in_the_large]).all()
    separated = calibration_intervals(np.arange(6) > 2, np.linspace(0.1, 0.8, 6))
    assert np.isnan(separated.slope).all()
    assert np.isfinite(separated.in_the_large).all()
    assert set(separated.to_dict()) == {"line", "slope", "in_the_large", "level"}
