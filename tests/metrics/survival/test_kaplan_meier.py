import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from sksurv.nonparametric import kaplan_meier_estimator

from hyoid.errors import CohortError, HyoidError
from hyoid.metrics.survival import Observed
from hyoid.metrics.survival.kaplan_meier import censoring_curve, kaplan_meier

BY_HAND = Observed([2, 1, 3, 2, 5], [1, 1, 0, 0, 1])


def outcomes(seed: int, cases: int = 60) -> Observed:
    rng = np.random.default_rng(seed)
    return Observed(rng.integers(0, 40, cases), rng.random(cases) < 0.4)


def test_by_hand_with_an_event_and_a_censoring_on_one_day() -> None:
    """Days 1 event, 2 event and censored, 3 censored, 5 event: 4/5, 4/5 x 3/4, the same, 0."""
    curve = kaplan_meier(BY_HAND)
    assert curve.days.tolist() == [1, 2, 3, 5]
    assert curve.at_risk.tolist() == [5, 4, 2, 1]
    assert curve.events.tolist() == [1, 1, 0, 1]
    np.testing.assert_allclose(curve.survival, [0.8, 0.6, 0.6, 0], atol=1e-15)
    middle = 0.6 * np.sqrt(1 / 20 + 1 / 12)
    np.testing.assert_allclose(curve.standard_error, [0.8 * np.sqrt(1 / 20), middle, middle, np.nan])
    assert curve.last_day == 5


def test_a_step_belongs_to_its_day_and_its_left_limit_does_not() -> None:
    curve = kaplan_meier(BY_HAND)
    np.testing.assert_allclose(curve.at([0, 1, 1.5, 2, 4.9, 5, 99]), [1, 0.8, 0.8, 0.6, 0.6, 0, 0])
    np.testing.assert_allclose(curve.before([0, 1, 1.5, 2, 4.9, 5, 99]), [1, 1, 0.8, 0.8, 0.6, 0.6, 0])
    np.testing.assert_allclose(curve.number_at_risk([0, 1, 1.5, 2, 5, 5.1]), [5, 5, 4, 4, 1, 0])
    assert curve.at(2).shape == ()
    assert curve.at([[1, 2]]).shape == (1, 2)


def test_censoring_by_hand_takes_events_first() -> None:
    """On day 2 four are left, one of whom has the event: one of three is censored; on day 3 one of two."""
    curve = censoring_curve(BY_HAND)
    np.testing.assert_allclose(curve.survival, [1, 2 / 3, 1 / 3, 1 / 3])
    assert curve.events.tolist() == [0, 1, 1, 0]
    assert curve.at_risk.tolist() == [4, 3, 2, 0]
    np.testing.assert_allclose(curve.before([2, 3]), [1, 2 / 3])


@pytest.mark.parametrize("seed", range(4))
def test_equals_lifelines(seed: int) -> None:
    observed = outcomes(seed)
    curve = kaplan_meier(observed)
    oracle = KaplanMeierFitter().fit(observed.days, observed.event)
    grid = np.linspace(0, 50, 101)
    np.testing.assert_allclose(curve.at(grid), oracle.survival_function_at_times(grid), atol=1e-12)
    table = oracle.event_table.loc[curve.days]
    assert curve.at_risk.tolist() == table.at_risk.tolist()
    inside = (curve.survival > 0) & (curve.survival < 1)
    bounds = oracle.confidence_interval_.loc[curve.days[inside]].to_numpy()
    np.testing.assert_allclose(np.column_stack(curve.interval())[inside], bounds, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_equals_scikit_survival_for_events_and_for_censoring(seed: int) -> None:
    observed = outcomes(seed)
    for curve, reverse in ((kaplan_meier(observed), False), (censoring_curve(observed), True)):
        days, survival = kaplan_meier_estimator(observed.event, observed.days, reverse=reverse)
        np.testing.assert_array_equal(curve.days, days)
        np.testing.assert_allclose(curve.survival, survival, atol=1e-12)


@pytest.mark.parametrize("estimate", [kaplan_meier, censoring_curve])
def test_a_weight_counts_as_so_many_patients(estimate) -> None:
    observed, weights = outcomes(1), np.random.default_rng(0).integers(0, 4, 60)
    weighted = estimate(observed, weights)
    repeated = estimate(observed.part(np.repeat(np.arange(60), weights)))
    for name in ("days", "survival", "at_risk", "events", "standard_error"):
        np.testing.assert_allclose(getattr(weighted, name), getattr(repeated, name), atol=1e-12)


@given(st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_the_order_of_the_patients_changes_no_digit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    observed, weights, order = outcomes(seed, 20), rng.random(20), rng.permutation(20)
    for estimate in (kaplan_meier, censoring_curve):
        plain, shuffled = estimate(observed, weights), estimate(observed.part(order), weights[order])
        np.testing.assert_array_equal(plain.survival, shuffled.survival)
        np.testing.assert_array_equal(plain.standard_error, shuffled.standard_error)
        assert (np.diff(plain.survival) <= 0).all()
        assert (plain.survival >= 0).all()


def test_without_an_event_and_with_the_last_one() -> None:
    none = kaplan_meier(Observed([3, 4], [0, 0]))
    assert none.survival.tolist() == [1, 1]
    assert none.interval()[0].tolist() == none.interval()[1].tolist() == [1, 1]
    alone = kaplan_meier(Observed([3], [1]))
    assert alone.survival.tolist() == [0]
    assert [bound.tolist() for bound in alone.interval()] == [[0], [1]]
    ended = kaplan_meier(BY_HAND)
    assert ended.interval()[0][-1] == 0
    assert ended.interval()[1][-1] == ended.interval()[1][-2] < 1
    assert ended.interval(0.5)[1][0] < ended.interval(0.95)[1][0]


def test_all_events_on_one_day_leave_nobody_to_be_censored() -> None:
    curve = censoring_curve(Observed([3, 3], [1, 1]))
    assert curve.survival.tolist() == [1]
    assert curve.at_risk.tolist() == [0]


@pytest.mark.parametrize("weights", [[1, -1], [1, np.nan], [1, np.inf], [0, 0], [1]])
def test_impossible_weights_are_refused(weights: list[float]) -> None:
    with pytest.raises(CohortError, match="weights"):
        kaplan_meier(Observed([1, 2], [1, 0]), weights)


def test_no_patient_and_no_day_are_refused() -> None:
    with pytest.raises(CohortError, match="no patient"):
        kaplan_meier(Observed([], []))
    with pytest.raises(CohortError, match="NaN"):
        kaplan_meier(BY_HAND).at([1, np.nan])
    with pytest.raises(HyoidError, match="level of 95"):
        kaplan_meier(BY_HAND).interval(95)
