import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.statistics import multivariate_logrank_test
from scipy.stats import chi2
from sksurv.compare import compare_survival
from sksurv.util import Surv

from hyoid.errors import CohortError
from hyoid.metrics.survival import Observed
from hyoid.metrics.survival.log_rank import log_rank


def groups(seed: int, number: int) -> list[Observed]:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(15, 40, number)
    return [Observed(rng.integers(0, 20 + 10 * k, n), rng.random(n) < 0.5) for k, n in enumerate(sizes)]


def joined(parts: list[Observed]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    label = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return np.concatenate([part.days for part in parts]), np.concatenate([part.event for part in parts]), label


def test_by_hand_with_a_tie() -> None:
    """A: events on days 1 and 2; B: an event on 2, censored on 3. Expected of A: 2/4 and then 2 x 1/3."""
    result = log_rank([Observed([1, 2], [1, 1]), Observed([2, 3], [1, 0])])
    assert result.expected == pytest.approx((7 / 6, 11 / 6))
    variance = 1 / 4 + 2 * (1 / 3) * (2 / 3) * (3 - 2) / (3 - 1)
    assert result.statistic == pytest.approx((2 - 7 / 6) ** 2 / variance)
    assert result.degrees_of_freedom == 1
    assert result.p_value == pytest.approx(chi2.sf(result.statistic, 1))


@pytest.mark.parametrize("number", [2, 3, 5])
@pytest.mark.parametrize("seed", range(3))
def test_equals_lifelines_and_scikit_survival(number: int, seed: int) -> None:
    parts = groups(seed, number)
    days, event, label = joined(parts)
    result = log_rank(parts)
    lifelines = multivariate_logrank_test(days, label, event)
    assert result.statistic == pytest.approx(lifelines.test_statistic, abs=1e-8)
    assert result.p_value == pytest.approx(lifelines.p_value, abs=1e-10)
    statistic, p_value = compare_survival(Surv.from_arrays(event, days), label)
    assert (result.statistic, result.p_value) == pytest.approx((statistic, p_value), abs=1e-8)
    assert result.degrees_of_freedom == number - 1
    assert sum(result.expected) == pytest.approx(event.sum())


@given(st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_the_order_of_groups_and_patients_does_not_matter(seed: int) -> None:
    rng, parts = np.random.default_rng(seed), groups(seed, 3)
    plain = log_rank(parts)
    turned = log_rank([part.part(rng.permutation(len(part))) for part in parts[::-1]])
    assert turned.statistic == pytest.approx(plain.statistic)
    assert turned.expected == pytest.approx(plain.expected[::-1])


def test_two_copies_of_one_group_do_not_differ() -> None:
    part = groups(0, 1)[0]
    assert log_rank([part, part]).p_value == pytest.approx(1)


def test_nothing_to_compare_is_no_number() -> None:
    without = log_rank([Observed([1, 2], [0, 0]), Observed([3, 4], [0, 0])])
    apart = log_rank([Observed([1, 2], [0, 0]), Observed([3, 4], [1, 1])])
    together = log_rank([Observed([1, 1], [1, 1]), Observed([1], [1])])
    for result in (without, apart, together):
        assert np.isnan([result.statistic, result.p_value]).all()
        assert result.degrees_of_freedom == 0


def test_a_group_that_left_before_the_first_event_is_not_counted() -> None:
    first, second = groups(1, 2)
    early = Observed([0.0], [0])
    later = [Observed(part.days + 1, part.event) for part in (first, second)]
    assert log_rank([*later, early]).degrees_of_freedom == 1
    assert log_rank([*later, early]).p_value == pytest.approx(log_rank(later).p_value)


@pytest.mark.parametrize("parts", [[], [groups(0, 1)[0]], [groups(0, 1)[0], Observed([], [])]])
def test_fewer_than_two_groups_are_refused(parts: list[Observed]) -> None:
    with pytest.raises(CohortError, match="groups of sizes"):
        log_rank(parts)
