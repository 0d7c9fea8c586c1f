import numpy as np
import pytest

from hyoid.metrics.survival import LEAST_AT_RISK, Observed, SurvivalCases, check_horizon, latest_day
from support.survival import draw


def _cases(days: list[float], event: list[int], training: dict[str, Observed] | None = None) -> SurvivalCases:
    return SurvivalCases.of(
        Observed(np.array(days, float), np.array(event, bool)), np.zeros(len(days)), None, None, training
    )


def test_ten_must_be_followed() -> None:
    cases = _cases([100.0] * 5 + [200.0] * 10, [1] * 15)
    assert check_horizon(cases, 200.0).answered
    found = check_horizon(cases, 201.0)
    assert (found.answered, found.reason) == (False, "0 patients were followed for 201 days, fewer than 10")
    assert latest_day(cases) == 200.0
    assert found.to_dict() == {"days": 201.0, "reason": found.reason, "answered": False}


def test_one_in_ten_must_not_be_censored() -> None:
    # 100 censored one a day: G falls to 0.1 on day 90, when 11 are followed
    cases = _cases(list(range(1, 101)), [0] * 100)
    assert check_horizon(cases, 89.0).answered
    assert check_horizon(cases, 91.0).reason.startswith("the probability of not being censored by 91 days is 0.09")
    # whoever stands at the end: everybody was followed up to the day, and nobody beyond it
    ended = _cases([300.0] * 40, [0] * 40)
    assert "is 0.000 among the evaluated patients, below 0.1" in check_horizon(ended, 300.0).reason
    assert latest_day(ended) is None


def test_training_parts_must_reach_it_too() -> None:
    long, short = draw(60).observed, Observed(np.full(30, 250.0), np.ones(30, bool))
    both = SurvivalCases.of(long, np.zeros(60), fold=["a", "b"] * 30, training={"a": long, "b": short})
    assert check_horizon(both, 250.0).answered
    assert (
        check_horizon(both, 260.0).reason == "0 training patients of fold 'b' were followed for 260 days, fewer than 10"
    )
    assert latest_day(both) == max(day for day in long.days if day <= 250)
    alone = _cases(list(long.days), list(long.event), {"": short})
    assert check_horizon(alone, 260.0).reason.startswith("0 training patients were followed")


@pytest.mark.parametrize("seed", range(4))
def test_the_latest_day_is_the_last_time_with_an_answer(seed: int) -> None:
    cases = draw(50, seed, tied=seed % 2 == 1).cases()
    answered = [day for day in cases.observed.days if check_horizon(cases, float(day)).answered]
    assert latest_day(cases) == max(answered)


def test_fewer_than_ten_patients_have_no_horizon() -> None:
    assert latest_day(_cases([5.0] * (LEAST_AT_RISK - 1), [1] * (LEAST_AT_RISK - 1))) is None
