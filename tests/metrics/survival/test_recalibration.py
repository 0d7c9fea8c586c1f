import numpy as np
import pytest
from scipy.optimize import minimize

from hyoid.metrics.survival.recalibration import fit_cloglog


def _loss(line: np.ndarray, predictor: np.ndarray, event: np.ndarray, weights: np.ndarray) -> float:
    hazard = np.exp(line[0] + line[1] * predictor)
    return float(-(weights * np.where(event, np.log(-np.expm1(-hazard)), -hazard)).sum())


def _data(n: int = 80, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    predictor = rng.normal(-1, 1, n)
    return predictor, rng.random(n) < -np.expm1(-np.exp(0.3 + 0.7 * predictor))


def test_equals_a_general_minimiser_for_each_row_of_weights() -> None:
    predictor, event = _data()
    rng = np.random.default_rng(1)
    weights = np.vstack([np.ones(80), rng.multinomial(80, np.full(80, 1 / 80), 4), rng.exponential(1, 80)])
    found = fit_cloglog(predictor, event, weights)
    for line, row in zip(found, weights, strict=True):
        oracle = minimize(_loss, [0.0, 1.0], (predictor, event, row), method="Nelder-Mead", tol=1e-12)
        np.testing.assert_allclose(line, oracle.x, atol=1e-5)
        assert _loss(line, predictor, event, row) <= oracle.fun + 1e-9


def test_a_row_is_found_alike_alone_and_among_others() -> None:
    predictor, event = _data()
    weights = np.random.default_rng(2).multinomial(80, np.full(80, 1 / 80), 1500).astype(float)  # several chunks
    found = fit_cloglog(predictor, event, weights)
    for k in (0, 700, 1499):
        np.testing.assert_allclose(fit_cloglog(predictor, event, weights[k : k + 1])[0], found[k], rtol=1e-9)


def test_another_scale_of_the_predictor_rescales_the_line() -> None:
    predictor, event = _data()
    for scale, shift in ((200.0, 0.0), (1.0, 400.0), (1e-3, 0.0)):
        found = fit_cloglog(scale * predictor + shift, event, np.ones((1, 80)))[0]
        straight = fit_cloglog(predictor, event, np.ones((1, 80)))[0]
        assert found[1] == pytest.approx(straight[1] / scale, rel=1e-6)
        assert found[0] == pytest.approx(straight[0] - straight[1] * shift / scale, rel=1e-6)


@pytest.mark.parametrize(
    ("predictor", "event", "weights"),
    [
        ([0.0, 1.0, 2.0], [0, 0, 1], [1, 1, 1]),  # separated
        ([0.0, 1.0, 2.0], [1, 0, 0], [1, 1, 1]),  # separated the wrong way
        ([0.0, 1.0, 1.0], [0, 0, 1], [1, 1, 1]),  # separated but for one value
        ([1.0, 1.0, 1.0], [0, 1, 1], [1, 1, 1]),  # one prediction for all
        ([0.0, 1.0, 2.0], [1, 1, 1], [1, 1, 1]),  # one outcome
        ([0.0, 1.0, 2.0], [0, 0, 0], [1, 1, 1]),
        ([], [], []),
        ([0.0, 1.0, 0.5], [1, 0, 1], [1, 1, 0]),  # separated among those who count
    ],
)
def test_no_line_where_none_exists(predictor: list[float], event: list[int], weights: list[float]) -> None:
    rows = np.array([weights, weights], float)
    assert np.isnan(fit_cloglog(np.array(predictor), np.array(event, bool), rows)).all()
