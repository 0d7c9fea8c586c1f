import math
import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test

from hyoid.cohort import Case
from hyoid.evaluation.description.outcomes import compare_survival_of, summarise_hpv, summarise_survival_of
from hyoid.evaluation.report.description_pictures import survival_picture


def _outcomes(events: Sequence[bool | None], days: Sequence[float]) -> list[Case]:
    return [
        Case(f"P-{k}", relapse=event, rfs_days=None if event is None else day)
        for k, (event, day) in enumerate(zip(events, days, strict=True))
    ]


def _drawn(n: int, seed: int, scale: float = 900) -> list[Case]:
    rng = np.random.default_rng(seed)
    event_days, censoring_days = rng.exponential(scale, n), rng.uniform(100, 2500, n)
    return _outcomes((event_days <= censoring_days).tolist(), np.ceil(np.minimum(event_days, censoring_days)).tolist())


@pytest.mark.parametrize("seed", range(3))
def test_survival_and_interval_against_lifelines(seed: int) -> None:
    cases = _drawn(80, seed)
    found = summarise_survival_of("x", cases)
    fitter = KaplanMeierFitter()
    fitter.fit([case.rfs_days for case in cases], [case.relapse for case in cases])
    bounds = fitter.confidence_interval_survival_function_
    for day in (365, 730, 1095):
        at = found.at(day)
        row = bounds[bounds.index <= day].iloc[-1]
        assert at.survival == pytest.approx(float(fitter.predict(day)))
        assert (at.low, at.high) == pytest.approx((row.iloc[0], row.iloc[1]))
        assert at.at_risk == sum(case.rfs_days >= day for case in cases if case.rfs_days is not None)


def test_the_log_rank_test_takes_large_groups_alone() -> None:
    groups = {"a": _drawn(40, 0), "b": _drawn(30, 1, 400), "small": _drawn(4, 2), "c": _drawn(25, 3)}
    found = compare_survival_of(groups)
    assert found.compared == ("a", "b", "c")
    assert found.test is not None
    members = [(case, name) for name in found.compared for case in groups[name]]
    expected = multivariate_logrank_test(
        [case.rfs_days for case, _ in members], [name for _, name in members], [case.relapse for case, _ in members]
    )
    assert found.test.p_value == pytest.approx(expected.p_value)
    named = compare_survival_of(groups, ("a", "c"))
    assert named.compared == ("a", "c")
    assert compare_survival_of({"a": groups["a"], "small": groups["small"]}).test is None


def test_small_and_extreme_groups_have_no_interval() -> None:
    four = summarise_survival_of("x", _outcomes([True] * 4, [10, 20, 30, 40]))
    assert not four.is_compared
    assert four.at(25).survival == 0.5
    assert math.isnan(four.at(25).low)
    few_events = summarise_survival_of("x", _outcomes([True] * 4 + [False] * 40, [10, 20, 30, 40] + [1000] * 40))
    assert few_events.is_compared
    assert math.isnan(few_events.at(365).low)
    assert few_events.at(365).survival == pytest.approx(40 / 44)
    dead = summarise_survival_of("x", _outcomes([True] * 6, [10, 20, 30, 40, 50, 400]))
    assert (dead.at(5).survival, dead.at(400).survival) == (1.0, 0.0)
    assert all(math.isnan(dead.at(day).high) for day in (5, 400))
    assert not math.isnan(dead.at(100).low)
    assert math.isnan(dead.at(401).survival)  # beyond the last follow-up nothing is known


def test_unknown_outcomes_are_counted_apart() -> None:
    found = summarise_survival_of("x", _outcomes([True, None, False, None], [5, 0, 7, 0]))
    assert (found.n, found.events, found.unknown) == (2, 1, 2)
    nothing = summarise_survival_of("x", _outcomes([None], [0]))
    assert (nothing.n, nothing.unknown, nothing.curve, nothing.at(365).at_risk) == (0, 1, None, 0)
    assert math.isnan(nothing.median_follow_up_days)
    assert nothing.to_dict()["patients"] == 1


@pytest.mark.parametrize(
    ("positive", "negative", "interval"),
    # Wilson's interval of 3 of 10 by hand: (0.3 + 1.9207/10 +- 1.96 sqrt(0.021 + 0.0096)) / 1.38415
    [(3, 7, (0.1078, 0.6032)), (2, 2, None), (5, 0, None), (0, 9, None), (0, 0, None)],
)
def test_hpv(positive: int, negative: int, interval: tuple[float, float] | None) -> None:
    status = [True] * positive + [False] * negative + [None] * 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = summarise_hpv([Case(f"P-{k}", hpv=value) for k, value in enumerate(status)])
    assert (found.positive, found.negative, found.unknown) == (positive, negative, 2)
    known = positive + negative
    assert found.share == (pytest.approx(positive / known) if known else pytest.approx(math.nan, nan_ok=True))
    if interval is None:
        assert math.isnan(found.low)
        assert math.isnan(found.high)
    else:
        assert (found.low, found.high) == pytest.approx(interval, abs=1e-4)


@pytest.mark.parametrize(
    ("events", "patients", "said"),
    [
        ((4, 5), (40, 40), "9 events in all, fewer than 10"),
        ((12, 1), (60, 6), "expected events in a group, fewer than 5"),
        ((8, 8), (40, 40), ""),
    ],
)
def test_few_events_have_no_p_value_and_say_so(events: tuple[int, int], patients: tuple[int, int], said: str) -> None:
    groups = {
        name: _outcomes([k < own for k in range(n)], [10 + 5 * k for k in range(n)])
        for name, own, n in zip("ab", events, patients, strict=True)
    }
    found = compare_survival_of(groups)
    told = found.to_dict()["log_rank"]
    assert found.test is not None
    assert said in found.test.too_few
    assert bool(found.test.too_few) == bool(said)
    assert (told["p_value"] is None) == bool(said)
    assert told["reason"] == found.test.too_few
    picture = survival_picture("s", found, "centre")
    assert picture is not None
    assert ("No log-rank p-value: " + found.test.too_few in picture.caption) == bool(said)
