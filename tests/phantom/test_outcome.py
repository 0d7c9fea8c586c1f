import numpy as np
import pytest
from scipy import stats

from hyoid.errors import CohortError
from hyoid.phantom.centers import centers_of
from hyoid.phantom.outcome import (
    FOLLOW_UP_DAYS,
    WEIBULL_SHAPE,
    calibrate_baseline,
    draw_censoring,
    event_time,
    linear_predictor,
)


def test_event_times_are_weibull_with_proportional_hazards() -> None:
    baseline, log_hazard = 2e-4, 0.7
    rng = np.random.default_rng(0)
    times = [event_time(1 - rng.random(), log_hazard, baseline) for _ in range(4000)]
    scale = (baseline * np.exp(log_hazard)) ** (-1 / WEIBULL_SHAPE)
    assert stats.kstest(times, stats.weibull_min(WEIBULL_SHAPE, scale=scale).cdf).pvalue > 0.01


def test_calibration_meets_the_expected_share_by_simulation() -> None:
    rng = np.random.default_rng(1)
    log_hazard, censoring = rng.normal(0, 1, 20_000), rng.uniform(500, 1800, 20_000)
    baseline = calibrate_baseline(log_hazard, censoring, 0.3)
    times = np.array([event_time(1 - u, h, baseline) for u, h in zip(rng.random(20_000), log_hazard, strict=True)])
    assert np.mean(times <= censoring) == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("rate", [0.0, 0.95, float("nan")])
def test_event_rate_out_of_range_is_refused(rate: float) -> None:
    with pytest.raises(CohortError, match="event rate"):
        calibrate_baseline(np.zeros(3), np.ones(3), rate)


def test_each_factor_turns_the_hazard_the_way_it_should() -> None:
    assert linear_predictor({"hpv": 1.0}) < 0
    assert all(
        linear_predictor({name: 1.0}) > 0
        for name in ("tobacco", "performance_status", "m1", "age", "log_mtv", "heterogeneity", "three_or_more_nodes")
    )


def test_censoring_never_passes_five_years() -> None:
    rng = np.random.default_rng(2)
    for center in centers_of("train"):
        drawn = [draw_censoring(rng, center) for _ in range(300)]
        assert max(drawn) <= FOLLOW_UP_DAYS
        assert np.mean(np.array(drawn) == FOLLOW_UP_DAYS) > 0.1
