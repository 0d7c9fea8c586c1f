import math

import numpy as np
import pytest

from hyoid.errors import HyoidError
from hyoid.metrics import Bootstrap
from hyoid.metrics.survival import (
    SURVIVAL_MEASURES,
    Observed,
    SurvivalCases,
    SurvivalStatistics,
    describe_measure,
    paired_intervals,
)
from support.survival import HORIZONS, Drawn, draw

QUICK = Bootstrap(replicates=100)


def _repeated(drawn: Drawn, times: np.ndarray) -> Drawn:
    chosen = np.repeat(np.arange(len(times)), times)
    survival = {day: values[chosen] for day, values in drawn.survival.items()}
    return Drawn(drawn.observed.part(chosen), drawn.risk[chosen], survival, drawn.fold[chosen])


@pytest.mark.parametrize("with_training", [False, True])
@pytest.mark.parametrize("tied", [False, True])
def test_a_weight_is_a_repeated_patient_in_every_measure(with_training: bool, tied: bool) -> None:
    drawn = draw(80, folds=2, tied=tied)
    training = {label: draw(70, 5 + k, tied=tied).observed for k, label in enumerate("01")} if with_training else None
    weights = np.random.default_rng(0).multinomial(80, np.full(80, 1 / 80), size=6)
    found = SurvivalStatistics(drawn.cases(training), HORIZONS, 1600.0)(weights.astype(float))
    for times, row in zip(weights, found, strict=True):
        statistics = SurvivalStatistics(_repeated(drawn, times).cases(training), HORIZONS, 1600.0)
        np.testing.assert_allclose(row, statistics(np.ones((1, 80)))[0], rtol=1e-8)


def test_every_measure_is_described_and_has_an_interval() -> None:
    drawn = draw(150)
    statistics = SurvivalStatistics(drawn.cases(), HORIZONS, 1825.0)
    found = statistics.intervals(QUICK)
    assert tuple(found) == statistics.keys
    named = {key if key in SURVIVAL_MEASURES else key.rpartition("_")[0] for key in found}
    assert named == set(SURVIVAL_MEASURES)
    for key, interval in found.items():
        assert interval.low < interval.value < interval.high, key
        assert 0 < interval.n <= 150
        assert describe_measure(key).startswith(
            SURVIVAL_MEASURES[key if key in SURVIVAL_MEASURES else key.rpartition("_")[0]]
        )
    assert describe_measure("brier_365") == "Brier score (0 is best), 365 days"
    known = np.sum(drawn.observed.event | (drawn.observed.days > 1825))
    assert (found["brier_1825"].n, found["observed_expected_1825"].n, found["c_index"].n) == (known, 150, 150)
    for key in ("brier_", "better_365"):
        with pytest.raises(HyoidError, match=f"a measure '{key}'"):
            describe_measure(key)


def test_the_same_seed_gives_the_same_interval_and_strata_are_kept() -> None:
    drawn = draw(60)
    statistics = SurvivalStatistics(drawn.cases(), HORIZONS[:2], None)
    strata = list(drawn.fold)
    assert repr(statistics.intervals(QUICK, strata)) == repr(statistics.intervals(QUICK, strata))  # NaN equals NaN
    free, kept = (statistics.intervals(QUICK, labels)["c_index"] for labels in (None, strata))
    assert (free.low, free.high) != (kept.low, kept.high)
    assert math.isnan(statistics.intervals(Bootstrap(replicates=0))["c_index"].low)


def test_a_paired_difference_cancels_what_is_hard_for_both() -> None:
    drawn = draw(200, noise=0.5)
    worse = SurvivalCases.of(
        drawn.observed, drawn.risk + np.random.default_rng(1).normal(0, 0.5, 200), fold=list(drawn.fold)
    )
    first, second = (SurvivalStatistics(cases, HORIZONS, 1825.0) for cases in (drawn.cases(), worse))
    found = paired_intervals(first, second, Bootstrap(replicates=500))
    assert set(found) == set(second.keys)  # no Brier score without a predicted survival
    one, other = (statistics.intervals(Bootstrap(replicates=500))["c_index"] for statistics in (first, second))
    assert found["c_index"].value == pytest.approx(one.value - other.value)
    assert found["c_index"].low > 0
    assert one.low < other.high
    same = paired_intervals(first, first, QUICK)["c_index"]
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_other_patients_are_not_paired() -> None:
    first, second = (SurvivalStatistics(draw(30, seed).cases(), (), None) for seed in (0, 1))
    with pytest.raises(HyoidError, match="whose outcomes differ"):
        paired_intervals(first, second, QUICK)


def test_one_patient_and_no_event_are_defined_results() -> None:
    one = SurvivalCases.of(Observed(np.array([5.0]), np.array([True])), [0.3])
    found = SurvivalStatistics(one, (), None).intervals(QUICK)
    assert [(math.isnan(i.value), i.n) for i in found.values()] == [(True, 0)] * 3
    drawn = draw(40)
    nothing = SurvivalCases.of(Observed(drawn.observed.days, np.zeros(40, bool)), drawn.risk, drawn.survival)
    found = SurvivalStatistics(nothing, (365.0,), 365.0).intervals(QUICK)
    assert all(math.isnan(found[key].value) for key in ("c_index", "uno_c", "auc_365", "calibration_slope_365"))
    assert found["brier_365"].value > 0
    assert found["observed_expected_365"].value == 0
    assert math.isnan(found["brier_scaled_365"].value)  # the null model is right, and cannot be bettered
