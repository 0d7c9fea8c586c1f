from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sksurv.linear_model import CoxPHSurvivalAnalysis
from sksurv.util import Surv

from hyoid.errors import CohortError
from hyoid.metrics.survival import Observed
from hyoid.survival import FittedBaseline, breslow_hazard, fit_baseline

DAYS = np.linspace(0, 40, 81)


def part(seed: int, cases: int = 40) -> tuple[NDArray[np.float64], Observed]:
    rng = np.random.default_rng(seed)
    risk = rng.normal(3, 2, cases)
    days = np.ceil(rng.exponential(20 * np.exp(-0.4 * risk + 1.2), cases))
    return risk, Observed(np.minimum(days, 30), days < 30)


def without_event(cases: int = 12) -> tuple[NDArray[np.float64], Observed]:
    return np.arange(cases) / 2.0, Observed(np.arange(cases) + 1, np.zeros(cases))


@pytest.mark.parametrize("seed", range(3))
def test_slope_hazard_and_curves_equal_scikit_survivals_model_of_the_one_risk(seed: int) -> None:
    risk, observed = part(seed)
    fitted = fit_baseline(risk, observed)
    standard = ((risk - risk.mean()) / risk.std())[:, np.newaxis]
    truth = Surv.from_arrays(observed.event, observed.days)
    oracle = CoxPHSurvivalAnalysis(alpha=1.0, ties="efron", tol=1e-12).fit(standard, truth)
    assert fitted.slope == pytest.approx(oracle.coef_[0], abs=1e-6)
    hazard = oracle.cum_baseline_hazard_
    np.testing.assert_allclose(fitted.cumulative_hazard, hazard(np.array(fitted.days)), atol=1e-6)
    new = part(seed + 100)[0][:5]
    curves = oracle.predict_survival_function(((new - risk.mean()) / risk.std())[:, np.newaxis])
    wanted = DAYS[(observed.days.min() <= DAYS) & (DAYS <= 30)]
    expected = [curve(wanted) for curve in curves]
    np.testing.assert_allclose(fitted.survival(new, wanted), expected, atol=1e-6)
    assert fitted.notes == ()
    assert (fitted.cases, fitted.events, fitted.last_day) == (40, observed.events, 30)


def test_equal_risks_by_hand_give_every_patient_one_curve() -> None:
    """Of 4 at risk one has the event on day 2, of 3 two on day 5: H = 1/4, then 1/4 + 2/3."""
    fitted = fit_baseline([7.0] * 4, Observed([2, 5, 5, 9], [1, 1, 1, 0]))
    assert (fitted.mean, fitted.spread, fitted.slope) == (7, 1, 0)
    expected = [1, 1, np.exp(-1 / 4), np.exp(-1 / 4), np.exp(-11 / 12), np.exp(-11 / 12)]
    survival = fitted.survival([7.0, 100.0], [0, 1.9, 2, 4.9, 5, 10_000])
    np.testing.assert_allclose(survival, [expected, expected])
    assert any("all equal" in note for note in fitted.notes)
    assert any("few events: 3" in note for note in fitted.notes)


def test_a_slope_of_one_takes_the_risk_as_log_hazard_ratio() -> None:
    risk, observed = part(1)
    fitted = fit_baseline(risk, observed, slope="one")
    assert fitted.slope == fitted.spread == pytest.approx(risk.std())
    hazard = 0.0
    for day in np.unique(observed.days[observed.event]):
        died = (observed.event & (observed.days == day)).sum()
        hazard += died / np.exp(risk[observed.days >= day]).sum()
    expected = np.exp(-hazard * np.exp(np.array([[0.0], [3.0]])))
    np.testing.assert_allclose(fitted.survival([0.0, 3.0], [fitted.last_day]), expected, rtol=1e-9)


def test_curves_of_a_cox_model_whose_risks_are_true_are_calibrated() -> None:
    rng = np.random.default_rng(3)
    risk = rng.normal(size=4000)
    days = rng.exponential(20 * np.exp(-risk))
    fitted = fit_baseline(risk, Observed(np.minimum(days, 30), days < 30))
    truth = np.exp(-np.outer(np.exp(risk), [5, 10, 25]) / 20)
    np.testing.assert_allclose(fitted.survival(risk, [5, 10, 25]), truth, atol=0.02)


def test_breslows_hazard_by_hand() -> None:
    days, hazard = breslow_hazard(np.log([1.0, 2.0, 3.0]), Observed([4, 2, 2], [0, 1, 1]))
    assert days.tolist() == [2]
    np.testing.assert_allclose(hazard, [2 / 6])


@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-100, 100))
@settings(max_examples=12, deadline=None)
def test_curves_fall_from_one_and_do_not_depend_on_the_scale_of_the_risk(seed: int, scale: float, shift: float) -> None:
    risk, observed = part(seed)
    survival = fit_baseline(risk, observed).survival(risk, DAYS)
    assert (survival[:, 0] == 1).all()
    assert (np.diff(survival, axis=1) <= 0).all()
    assert (survival >= 0).all()
    assert (np.diff(survival[np.argsort(risk)], axis=0) <= 0).all()
    moved = fit_baseline(scale * risk + shift, observed).survival(scale * risk + shift, DAYS)
    np.testing.assert_allclose(moved, survival, atol=1e-8)


def test_the_order_of_the_patients_changes_no_digit() -> None:
    risk, observed = part(0)
    order = np.random.default_rng(0).permutation(len(risk))
    assert fit_baseline(risk[order], observed.part(order)) == fit_baseline(risk, observed)


def test_it_goes_through_json_and_back() -> None:
    fitted = fit_baseline(*part(0))
    again = FittedBaseline.model_validate_json(fitted.model_dump_json())
    assert again == fitted
    np.testing.assert_array_equal(again.survival(part(1)[0], DAYS), fitted.survival(part(1)[0], DAYS))


def test_a_risk_that_orders_all_events_keeps_a_finite_slope() -> None:
    fitted = fit_baseline(np.arange(20.0), Observed(20 - np.arange(20), np.ones(20)))
    assert 1 < fitted.slope < 10


def test_a_risk_that_orders_the_events_the_wrong_way_gives_one_curve() -> None:
    risk, observed = part(0)
    fitted = fit_baseline(-risk, observed)
    assert fitted.slope == 0
    assert any("wrong way" in note for note in fitted.notes)
    np.testing.assert_array_equal(*fitted.survival([-9.0, 9.0], DAYS))


def test_a_part_without_an_event_takes_the_hazard_of_the_training_part_and_its_own_scale() -> None:
    alone, train = without_event(), part(0)
    fitted = fit_baseline(*alone, fallback=train)
    assert "No event among 12 selection cases" in fitted.notes[0]
    assert (fitted.mean, fitted.spread) == (alone[0].mean(), alone[0].std())
    assert (fitted.cases, fitted.events) == (40, train[1].events)
    by_train = fit_baseline(*train, slope="one")
    np.testing.assert_allclose(
        fit_baseline(*alone, slope="one", fallback=train).survival(train[0], DAYS), by_train.survival(train[0], DAYS)
    )
    for few in (([], Observed([], [])), ([4.0], Observed([9], [0]))):
        assert fit_baseline(*few, fallback=train).mean == pytest.approx(train[0].mean())


def test_a_part_with_events_does_not_look_at_the_fallback() -> None:
    assert fit_baseline(*part(0), fallback=part(1)) == fit_baseline(*part(0))


def test_one_patient_with_the_event_is_a_defined_result_with_a_note() -> None:
    fitted = fit_baseline([2.0], Observed([10], [1]))
    assert (fitted.mean, fitted.spread, fitted.slope) == (2, 1, 0)
    np.testing.assert_allclose(fitted.survival([2.0], [9, 10]), [[1, np.exp(-1)]])
    assert len(fitted.notes) == 2


@pytest.mark.parametrize("fallback", [None, without_event()])
def test_no_event_anywhere_is_refused(fallback: Any) -> None:
    with pytest.raises(CohortError, match="no event"):
        fit_baseline(*without_event(), fallback=fallback)


def test_risks_beyond_all_measure_end_in_death_or_life() -> None:
    fitted = fit_baseline(*part(0))
    np.testing.assert_array_equal(fitted.survival([1e300, -1e300], [30.0]), [[0], [1]])


def test_bad_input_is_refused() -> None:
    risk, observed = part(0)
    fitted = fit_baseline(risk, observed)
    with pytest.raises(CohortError, match="no finite number"):
        fitted.survival([np.nan], [1.0])
    with pytest.raises(CohortError, match="days"):
        fitted.survival([1.0], [np.nan])
    with pytest.raises(CohortError, match="39 risks and 40 outcomes"):
        fit_baseline(risk[1:], observed)
    np.testing.assert_allclose(fitted.standardised(risk).mean(), 0, atol=1e-12)
    np.testing.assert_allclose(fitted.standardised(risk).std(), 1)
