import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from hyoid.decision import FittedCalibrator, Platt, Temperature, correct_prior, effective_prior, prior_of, prior_offset
from hyoid.errors import HyoidError

PRIORS = st.floats(0.01, 0.99)


def test_weights_and_shares() -> None:
    assert effective_prior(10, 90) == pytest.approx(0.9)
    assert effective_prior(10, 90, (9.0, 1.0)) == pytest.approx(0.5)
    assert effective_prior(10, 90, shares=(0.5, 0.5)) == pytest.approx(0.5)
    assert effective_prior(10, 90, (3.0, 1.0), (1, 1)) == pytest.approx(0.25)


def test_a_weighted_model_has_the_effective_prior() -> None:
    rng = np.random.default_rng(0)
    positive = rng.random(4000) < 0.9
    x = rng.normal(positive, 1.0)[:, None]
    weights = np.where(positive, 1.0, 9.0)
    plain, weighted = (
        LogisticRegression(C=np.inf).fit(x, positive, sample_weight=w).decision_function(x) for w in (None, weights)
    )
    count = int(positive.sum())
    trained, own = effective_prior(4000 - count, count, (9.0, 1.0)), count / 4000
    assert np.abs(correct_prior(weighted, trained, own) - plain).mean() < 0.1


@pytest.mark.parametrize(
    "arguments", [(0, 5), (5, 0), (5, 5, (0.0, 1.0)), (5, 5, (1.0, 1.0), (0.0, 1.0)), (5, 5, (1.0, -1.0))]
)
def test_one_class_has_no_prior(arguments: tuple[int, int]) -> None:
    with pytest.raises(HyoidError, match="both classes"):
        effective_prior(*arguments)


@given(st.floats(0.05, 20), PRIORS, PRIORS)
def test_correction_is_bayes_rule_and_comes_back(ratio: float, first: float, second: float) -> None:
    def posterior(prior: float) -> float:
        return ratio * prior / (ratio * prior + 1 - prior)

    logits = np.array([np.log(posterior(first) / (1 - posterior(first)))])
    moved = correct_prior(logits, first, second)
    assert expit(moved)[0] == pytest.approx(posterior(second))
    np.testing.assert_allclose(correct_prior(moved, second, first), logits, atol=1e-9)
    assert prior_offset(first, first) == 0


@pytest.mark.parametrize("prior", [0.0, 1.0, -0.1, float("nan")])
def test_impossible_priors(prior: float) -> None:
    with pytest.raises(HyoidError, match="strictly between"):
        correct_prior([0.0], 0.5, prior)
    with pytest.raises(HyoidError, match="strictly between"):
        prior_of(FittedCalibrator(name="none"), prior)


def test_only_a_fitted_platt_has_the_prior_of_its_cases() -> None:
    logits, positive = [0.0, 1.0, 2.0, 3.0], [False, True, True, True]
    assert prior_of(Platt().fit(logits, positive), 0.4) == 0.75
    assert prior_of(Temperature().fit(logits, positive), 0.4) == 0.4
    assert prior_of(Platt().fit(logits, [True] * 4), 0.4) == 0.4
    assert prior_of(Platt().fit([], []), 0.4) == 0.4
