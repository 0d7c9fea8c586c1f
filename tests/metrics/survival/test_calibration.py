import math

import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from hyoid.errors import HyoidError
from hyoid.metrics.survival import Observed, SurvivalCases, SurvivalStatistics, calibration_groups
from support.survival import draw


def _values(cases: SurvivalCases, day: float) -> dict[str, float]:
    statistics = SurvivalStatistics(cases, (day,), None)
    return dict(zip(statistics.keys, statistics(np.ones((1, len(cases))))[0], strict=True))


def test_true_predictions_are_calibrated_and_distorted_ones_are_told() -> None:
    drawn = draw(20_000, noise=0.0)
    for slope, shift in ((1.0, 0.0), (2.0, 0.0), (1.0, 0.5)):
        # a slope on the log cumulative hazard is an exponent of the cumulative hazard
        survival = np.exp(-np.exp(shift) * (-np.log(drawn.survival[1095.0])) ** slope)
        # without folds: one pair list of 20,000 would be large, and calibration does not look at pairs
        cases = SurvivalCases.of(drawn.observed, drawn.risk, {1095.0: survival}, list(np.arange(20_000)))
        found = _calibration(cases, 1095.0)
        assert found[0] == pytest.approx(1 / slope, abs=0.05)
        assert found[1] == pytest.approx(-shift, abs=0.05)
        if slope == 1:
            assert (found[2] == pytest.approx(1, abs=0.02)) == (shift == 0)


def _calibration(cases: SurvivalCases, day: float) -> np.ndarray:
    from hyoid.metrics.survival.calibration import CalibrationLines
    from hyoid.metrics.survival.distributions import Distributions

    weights = np.ones((1, len(cases)))
    return CalibrationLines(cases, (day,))(weights, Distributions.of(cases, weights, None))[0]


def test_observed_over_expected_by_hand() -> None:
    observed = Observed(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 0, 1, 0], bool))
    found = _values(SurvivalCases.of(observed, np.zeros(4), {3.0: [0.5, 0.6, 0.7, 0.8]}), 3.0)
    # Kaplan-Meier: 3/4 after day 1, 3/8 after day 3
    assert found["observed_expected_3"] == pytest.approx((1 - 3 / 8) / (1 - 0.65))


def test_a_survival_of_0_or_1_is_held_off_and_one_for_all_has_no_slope() -> None:
    drawn = draw(60)
    extreme = np.where(drawn.risk > 0, 0.0, 1.0)
    assert math.isfinite(
        _values(SurvivalCases.of(drawn.observed, drawn.risk, {730.0: extreme}), 730.0)["calibration_slope_730"]
    )
    same = _values(SurvivalCases.of(drawn.observed, drawn.risk, {730.0: np.full(60, 0.7)}), 730.0)
    assert math.isnan(same["calibration_slope_730"])
    assert math.isfinite(same["observed_expected_730"])


def test_groups_equal_lifelines() -> None:
    drawn = draw(200)
    survival = drawn.survival[1095.0]
    found = calibration_groups(drawn.observed, survival, 1095.0)
    assert [group.n for group in found] == [40] * 5
    parts = np.argsort(1 - survival).reshape(5, 40)
    for group, own in zip(found, parts, strict=True):
        fitter = KaplanMeierFitter().fit(drawn.observed.days[own], drawn.observed.event[own])
        assert group.observed == pytest.approx(1 - fitter.predict(1095.0), abs=1e-9)
        upper, lower = fitter.confidence_interval_.loc[:1095.0].iloc[-1]
        assert (group.low, group.high) == pytest.approx((1 - lower, 1 - upper), abs=1e-6)
        assert group.predicted == pytest.approx((1 - survival[own]).mean())
        assert group.events == np.sum(drawn.observed.event[own] & (drawn.observed.days[own] <= 1095))
    assert [group.predicted for group in found] == sorted(group.predicted for group in found)


def test_equal_predictions_share_a_group_and_nobody_followed_is_undefined() -> None:
    observed = Observed(np.array([5.0, 6.0, 1.0, 2.0]), np.array([0, 0, 1, 0], bool))
    first, second = calibration_groups(observed, np.array([0.9, 0.9, 0.1, 0.1]), 4.0, groups=2)
    assert (first.n, first.observed, first.low, first.high) == (2, 0.0, 0.0, 0.0)
    assert (second.n, second.events) == (2, 1)
    assert math.isnan(second.observed)  # half survived day 1, and the last one was followed for 2 days
    (all_,) = calibration_groups(observed, np.full(4, 0.5), 4.0)
    assert all_.n == 4
    ended = Observed(np.array([1.0, 2.0]), np.ones(2, bool))
    assert calibration_groups(ended, np.array([0.5, 0.5]), 4.0)[0].observed == 1.0
    with pytest.raises(HyoidError, match="0 groups"):
        calibration_groups(observed, np.full(4, 0.5), 4.0, groups=0)
