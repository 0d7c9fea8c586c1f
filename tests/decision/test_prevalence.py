import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import logit

from hyoid.decision import estimate_prevalence_black_box, estimate_prevalence_em
from hyoid.decision.prevalence import PREVALENCE_BOUNDS
from hyoid.errors import HyoidError


def _gaussians(n: int, prevalence: float, from_prior: float, distance: float = 2.0, seed: int = 0) -> np.ndarray:
    """Logits of a model with the right likelihood ratio of N(distance, 1) against N(0, 1), for another prior."""
    rng = np.random.default_rng(seed)
    x = rng.normal(distance * (rng.random(n) < prevalence), 1.0)
    return distance * x - distance**2 / 2 + logit(from_prior)


@pytest.mark.parametrize("prevalence", [0.1, 0.5, 0.9])
def test_em_recovers_a_simulated_label_shift(prevalence: float) -> None:
    logits = _gaussians(8000, prevalence, 0.7)
    assert estimate_prevalence_em(logits, 0.7) == pytest.approx(prevalence, abs=0.02)


def test_em_finds_the_greatest_likelihood() -> None:
    logits = _gaussians(200, 0.3, 0.8)
    ratio = np.exp(logits - logit(0.8))
    best = minimize_scalar(lambda p: -np.log(p * ratio + 1 - p).sum(), bounds=(0, 1), method="bounded")
    assert estimate_prevalence_em(logits, 0.8) == pytest.approx(best.x, abs=1e-4)


def test_em_does_not_depend_on_the_prior_of_the_model_nor_on_order() -> None:
    logits = _gaussians(300, 0.4, 0.5)
    expected = estimate_prevalence_em(logits, 0.5)
    moved = logits[::-1] + logit(0.9)
    assert estimate_prevalence_em(moved, 0.9) == pytest.approx(expected, abs=1e-4)


def test_em_stays_within_its_bounds() -> None:
    assert estimate_prevalence_em(np.full(60, 9.0), 0.5) == PREVALENCE_BOUNDS[1]
    assert estimate_prevalence_em(np.full(60, -9.0), 0.5) == PREVALENCE_BOUNDS[0]


def test_em_of_logits_that_say_nothing_keeps_the_prior() -> None:
    assert estimate_prevalence_em(np.full(60, logit(0.3)), 0.3) == pytest.approx(0.3)


def test_em_refuses() -> None:
    with pytest.raises(HyoidError, match="49 cases"):
        estimate_prevalence_em(np.zeros(49), 0.5)
    with pytest.raises(HyoidError, match="strictly between"):
        estimate_prevalence_em(np.zeros(50), 1.0)
    with pytest.raises(HyoidError, match="does not settle"):
        estimate_prevalence_em(np.full(60, 1e-4), 0.5)  # next to no information: it creeps


@given(st.floats(0.01, 0.99), st.floats(0.65, 1), st.floats(0.65, 1))
def test_black_box_inverts_the_expected_share(prevalence: float, sensitivity: float, specificity: float) -> None:
    n = 4000
    called = round(n * (prevalence * sensitivity + (1 - prevalence) * (1 - specificity)))
    found = estimate_prevalence_black_box(np.arange(n) < called, sensitivity, specificity)
    assert found == pytest.approx(prevalence, abs=0.001 + 0.5 / n / (sensitivity + specificity - 1))


def test_black_box_of_perfect_decisions_is_their_share_within_bounds() -> None:
    assert estimate_prevalence_black_box(np.arange(100) < 37, 1, 1) == pytest.approx(0.37)
    assert estimate_prevalence_black_box(np.zeros(100, bool), 0.8, 0.8) == PREVALENCE_BOUNDS[0]
    assert estimate_prevalence_black_box(np.ones(100, bool), 0.8, 0.8) == PREVALENCE_BOUNDS[1]


@pytest.mark.parametrize(
    ("decisions", "sensitivity", "specificity", "said"),
    [
        (np.ones(49, bool), 0.9, 0.9, "49 cases"),
        (np.ones(60), 0.9, 0.9, "one bool per case"),
        (np.ones(60, bool), 0.6, 0.59, "1.2 or more"),
        (np.ones(60, bool), 0.9, 1.1, "1.2 or more"),
        (np.ones(60, bool), float("nan"), 0.9, "1.2 or more"),
    ],
)
def test_black_box_refuses(decisions: np.ndarray, sensitivity: float, specificity: float, said: str) -> None:
    with pytest.raises(HyoidError, match=said):
        estimate_prevalence_black_box(decisions, sensitivity, specificity)
