import math

import numpy as np
import pytest

from hyoid.errors import HyoidError
from hyoid.metrics import Bootstrap, bootstrap_interval, paired_interval, ratio, weighted_interval


def _sums(n: int = 40, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    denominators = rng.lognormal(1, 1, n)
    return np.column_stack([denominators * rng.uniform(0.2, 0.9, n), denominators])


def test_the_value_is_the_ratio_of_sums_not_the_mean_of_ratios() -> None:
    sums = np.array([[1.0, 1.0], [0.0, 9.0]])
    assert bootstrap_interval(sums).value == pytest.approx(0.1)


def test_quantiles_equal_a_plain_loop_over_resamples() -> None:
    sums = _sums()
    rng = np.random.default_rng(7)
    drawn = [np.divide(*sums[rng.integers(0, len(sums), len(sums))].sum(axis=0)) for _ in range(20000)]
    found = bootstrap_interval(sums, settings=Bootstrap(replicates=20000, seed=1))
    np.testing.assert_allclose([found.low, found.high], np.quantile(drawn, [0.025, 0.975]), atol=0.004)
    assert found.low < found.value < found.high


def test_width_of_a_mean_is_that_of_the_normal_theory() -> None:
    values = np.random.default_rng(1).normal(0, 1, 400)
    found = bootstrap_interval(np.column_stack([values, np.ones(400)]), settings=Bootstrap(replicates=8000))
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * values.std() / math.sqrt(400), rel=0.05)


def test_same_seed_same_interval_and_another_level_is_narrower() -> None:
    sums = _sums()
    first, second = (bootstrap_interval(sums, settings=Bootstrap(replicates=500, seed=s)) for s in (3, 3))
    other = bootstrap_interval(sums, settings=Bootstrap(replicates=500, seed=3, level=0.5))
    assert first == second
    assert first.low < other.low < other.high < first.high


def test_strata_keep_their_sizes() -> None:
    sums = np.column_stack([np.r_[np.zeros(10), np.ones(30)], np.ones(40)])
    strata = ["A"] * 10 + ["B"] * 30
    found = bootstrap_interval(sums, settings=Bootstrap(replicates=200), strata=strata)
    assert (found.low, found.value, found.high) == (0.75, 0.75, 0.75)
    free = bootstrap_interval(sums, settings=Bootstrap(replicates=200))
    assert free.low < 0.7
    assert free.high > 0.8


def test_undefined_resamples_are_counted_and_left_out() -> None:
    sums = np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])  # only the first two cases count
    found = bootstrap_interval(sums, settings=Bootstrap(replicates=4000), n=2)
    assert (found.value, found.low, found.high, found.n) == (1.0, 1.0, 1.0, 2)
    assert found.undefined == pytest.approx(4000 / 16, abs=60)
    nothing = bootstrap_interval(np.zeros((3, 2)), settings=Bootstrap(replicates=50))
    assert math.isnan(nothing.value)
    assert math.isnan(nothing.low)
    assert nothing.undefined == 50
    assert str(nothing) == "undefined"


def test_a_single_case_that_counts_has_no_interval() -> None:
    found = bootstrap_interval(np.array([[1.0, 1.0], [0.0, 0.0]]), n=1)
    assert found.value == 1.0
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_no_replicates_gives_the_value_alone() -> None:
    found = bootstrap_interval(_sums(), settings=Bootstrap(replicates=0))
    assert math.isnan(found.low)
    assert str(found) == f"{found.value:.3f}"


def test_paired_interval_cancels_what_both_share() -> None:
    rng = np.random.default_rng(2)
    base = rng.normal(0.5, 0.2, 60)
    ones = np.ones(60)
    first, second = (np.column_stack([base + gain + rng.normal(0, 0.01, 60), ones]) for gain in (0.03, 0.0))
    found = paired_interval(first, second)
    assert found.low > 0
    assert found.value == pytest.approx(0.03, abs=0.01)
    apart = [bootstrap_interval(s) for s in (first, second)]
    assert apart[0].low < apart[1].high  # unpaired intervals overlap
    same = paired_interval(first, first)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_any_statistic_of_sums() -> None:
    sums = np.array([[1.0, 2.0, 3.0], [2.0, 2.0, 1.0]])

    def f1(total: np.ndarray) -> np.ndarray:
        doubled = 2 * total[..., 0]
        return ratio(np.stack([doubled, doubled + total[..., 1] + total[..., 2]], axis=-1))

    assert bootstrap_interval(sums, f1).value == pytest.approx(6 / 14)


def test_weights_draw_the_same_resamples_as_sums() -> None:
    sums = _sums()
    strata = ["A", "B"] * 20
    settings = Bootstrap(replicates=300, seed=5)
    found = weighted_interval(lambda weights: ratio(weights @ sums), 40, settings, strata, n=31)
    of_sums = bootstrap_interval(sums, settings=settings, strata=strata, n=31)
    assert (found.value, found.low, found.high) == pytest.approx((of_sums.value, of_sums.low, of_sums.high))
    assert found.n == 31
    other = _sums(seed=1)
    difference = weighted_interval(lambda weights: ratio(weights @ sums) - ratio(weights @ other), 40, settings)
    expected = paired_interval(sums, other, settings=settings)
    assert (difference.low, difference.high) == pytest.approx((expected.low, expected.high))
    assert math.isnan(weighted_interval(lambda weights: weights[:, 0], 3, Bootstrap(replicates=0)).low)


def test_chunks_do_not_change_the_number_of_replicates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyoid.metrics.draws._WEIGHTS_PER_CHUNK", 7 * 40)
    found = bootstrap_interval(np.zeros((40, 2)), settings=Bootstrap(replicates=100))
    assert found.undefined == 100


def test_wrong_input_is_refused() -> None:
    with pytest.raises(HyoidError, match="not finite"):
        bootstrap_interval(np.array([[np.nan, 1.0]]))
    with pytest.raises(HyoidError, match=r"\(0, 2\)"):
        bootstrap_interval(np.zeros((0, 2)))
    with pytest.raises(HyoidError, match="2 strata"):
        bootstrap_interval(_sums(3), strata=["A", "B"])
    with pytest.raises(HyoidError, match="same cases"):
        paired_interval(_sums(3), _sums(4))
    with pytest.raises(HyoidError, match="no case"):
        weighted_interval(lambda weights: weights.sum(axis=1), 0)
