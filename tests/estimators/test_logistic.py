import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression as Oracle
from sklearn.metrics import log_loss
from sklearn.utils.class_weight import compute_sample_weight

from hyoid.errors import CohortError
from hyoid.estimators import FittedLogistic, LogisticRegression
from hyoid.estimators.logistic import balanced_log_loss

NAMES = ("age", "tobacco", "alcohol")
Part = tuple[NDArray[np.float64], NDArray[np.bool_]]


def part(seed: int, cases: int = 40) -> Part:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(cases, 3))
    return values, rng.random(cases) < expit(values @ [1.5, -1.0, 0.0] + 1.0)


def one_class(positive: bool) -> Part:
    return part(0)[0], np.full(40, positive)


@pytest.mark.parametrize("balanced", [True, False])
def test_equals_scikit_learns_own_fit_at_the_chosen_strength(balanced: bool) -> None:
    train = part(0)
    fitted = LogisticRegression(balanced=balanced).fit(NAMES, train, part(1))
    oracle = Oracle(
        C=fitted.strength, class_weight="balanced" if balanced else None, tol=1e-12, max_iter=10_000, solver="newton-cg"
    )
    oracle.fit(*train)
    assert fitted.weights == pytest.approx(oracle.coef_[0], abs=1e-5)
    assert fitted.intercept == pytest.approx(oracle.intercept_[0], abs=1e-5)
    np.testing.assert_allclose(fitted.logits(part(2)[0]), oracle.decision_function(part(2)[0]), atol=1e-5)
    positives = train[1].mean()
    assert fitted.class_weights == pytest.approx((0.5 / (1 - positives), 0.5 / positives) if balanced else (1, 1))


def test_the_chosen_strength_has_the_least_balanced_log_loss_on_select() -> None:
    train, select = part(0), part(1)
    strengths, losses = (0.001, 0.1, 10.0), {}
    for strength in strengths:
        alone = LogisticRegression(strengths=(strength,)).fit(NAMES, train, select)
        values, truth = expit(alone.logits(select[0])), select[1]
        each = [log_loss(truth[g], values[g], labels=[False, True]) for g in (truth, ~truth)]
        losses[strength] = np.mean(each)
    chosen = LogisticRegression(strengths=strengths).fit(NAMES, train, select)
    assert chosen.strength == min(strengths, key=lambda strength: losses[strength])
    assert chosen.notes == ()
    turned = (select[0], ~select[1])  # where select says the opposite, the strongest penalty is the best
    assert LogisticRegression(strengths=strengths).fit(NAMES, train, turned).strength == 0.001


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_cases_changes_no_digit(seed: int) -> None:
    train, select = part(0), part(1)
    order, other = (np.random.default_rng([seed, k]).permutation(40) for k in (0, 1))
    shuffled = LogisticRegression().fit(NAMES, (train[0][order], train[1][order]), (select[0][other], select[1][other]))
    assert shuffled == LogisticRegression().fit(NAMES, train, select)


@pytest.mark.parametrize("balanced", [True, False])
def test_balanced_centers_equal_scikit_learns_weights_of_the_groups(balanced: bool) -> None:
    train = part(0)
    centers = np.random.default_rng(3).choice(["A", "B", "C"], 40, p=[0.6, 0.3, 0.1]).tolist()
    groups = [f"{center}{own if balanced else ''}" for center, own in zip(centers, train[1], strict=True)]
    estimator = LogisticRegression(strengths=(0.3,), balanced=balanced, balanced_centers=True)
    fitted = estimator.fit(NAMES, train, part(1), centers)
    weights = compute_sample_weight("balanced", groups)
    oracle = Oracle(C=0.3, tol=1e-12, max_iter=10_000, solver="newton-cg").fit(*train, weights)
    assert fitted.weights == pytest.approx(oracle.coef_[0], abs=1e-5)
    means = [weights[train[1] == status].mean() for status in (False, True)]
    assert fitted.class_weights == pytest.approx(means)
    order = np.random.default_rng(4).permutation(40)
    shuffled = estimator.fit(NAMES, (train[0][order], train[1][order]), part(1), [centers[k] for k in order])
    assert shuffled == fitted


def test_balanced_centers_refuse_a_patient_of_unknown_centre() -> None:
    with pytest.raises(CohortError, match=r"1 training cases of unknown centre.*Complete CenterID"):
        LogisticRegression(balanced_centers=True).fit(NAMES, part(0), part(1), [*["A"] * 39, None])


def test_it_goes_through_json_and_back() -> None:
    fitted = LogisticRegression().fit(NAMES, part(0), part(1))
    again = FittedLogistic.model_validate_json(fitted.model_dump_json())
    assert again == fitted
    np.testing.assert_array_equal(again.logits(part(2)[0]), fitted.logits(part(2)[0]))


def test_log_odds_by_hand() -> None:
    fitted = FittedLogistic(columns=("a", "b"), weights=(2.0, -1.0), intercept=0.5, strength=1, class_weights=(1, 1))
    np.testing.assert_allclose(fitted.logits(np.array([[0, 0], [1, 3]], np.float32)), [0.5, -0.5])


@pytest.mark.parametrize("positive", [True, False])
def test_a_training_part_of_one_class_is_refused(positive: bool) -> None:
    with pytest.raises(CohortError, match=f"{40 * (not positive)} negative and {40 * positive} positive"):
        LogisticRegression().fit(NAMES, one_class(positive), part(1))


@pytest.mark.parametrize("positives", [0, 1, 39, 40])
def test_a_select_part_too_small_to_choose_keeps_the_middle_and_says_so(positives: int) -> None:
    select = part(1)[0], np.arange(40) < positives
    fitted = LogisticRegression(strengths=(5.0, 0.2, 1.0)).fit(NAMES, part(0), select)
    assert fitted.strength == 1.0
    assert fitted.notes == ("The select part has too few cases of a class to choose a penalty: C = 1.",)
    empty = LogisticRegression().fit(NAMES, part(0), (np.zeros((0, 3)), np.zeros(0, bool)))
    assert empty.strength == 0.1
    assert empty.notes
    one = LogisticRegression(strengths=(0.3,)).fit(NAMES, part(0), select)
    assert (one.strength, one.notes) == (0.3, ())


def test_balanced_log_loss_by_hand() -> None:
    """Positives at probability 1/2 and 3/4, one negative at 1/4: mean of (ln 2 + ln 4/3) / 2 and ln 4/3."""
    logits, positive = np.array([0.0, np.log(3), -np.log(3)]), np.array([True, True, False])
    expected = ((np.log(2) + np.log(4 / 3)) / 2 + np.log(4 / 3)) / 2
    assert balanced_log_loss(logits, positive) == pytest.approx(expected)
    assert balanced_log_loss(logits[:2], positive[:2]) == pytest.approx((np.log(2) + np.log(4 / 3)) / 2)
    assert np.isnan(balanced_log_loss(np.zeros(0), np.zeros(0, bool)))
    assert balanced_log_loss(np.array([1e6, -1e6]), np.array([True, False])) == 0
