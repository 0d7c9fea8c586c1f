import math

import numpy as np
import pytest

from hyoid.evaluation.survival_cases import SurvivalCase
from hyoid.evaluation.survival_summary import summarise_survival
from hyoid.metrics import Bootstrap
from hyoid.metrics.survival import censoring_curve
from support.survival import draw

QUICK = Bootstrap(replicates=50)


def _cases(n: int = 60, centers: tuple[str | None, ...] = ("A", "B", None)) -> list[SurvivalCase]:
    drawn = draw(n)
    return [
        SurvivalCase(
            f"p{k:03d}",
            centers[k % len(centers)],
            bool(drawn.observed.event[k]),
            float(drawn.observed.days[k]),
            float(drawn.risk[k]),
            {day: float(values[k]) for day, values in drawn.survival.items()},
            str(drawn.fold[k]),
        )
        for k in range(n)
    ]


def test_whatever_the_order_the_result_is_the_same() -> None:
    cases = _cases()
    found = summarise_survival(cases, QUICK, stratified=True).to_dict()
    assert summarise_survival(cases[::-1], QUICK, stratified=True).to_dict() == found
    assert found["options"]["stratified_by_center"] is True
    assert [case["id"] for case in found["cases"]] == sorted(case.id for case in cases)
    assert found["cases"][0]["survival"].keys() == {"365", "730", "1095", "1825"}
    assert list(found["headline"]) == ["c_index", "uno_c", "auc_mean", "brier_integrated", "brier_scaled_integrated"]
    assert sum(group["n"] for group in found["calibration"]["730"]) == 60


def test_centers_have_a_c_from_five_events_on() -> None:
    cases = _cases()
    of_a = [case for case in cases if case.center == "A"]
    events = [case for case in of_a if case.event]
    fewer = [case for case in cases if case not in events[4:]]
    assert "c_index" in summarise_survival(cases, QUICK).centers["A"]
    found = summarise_survival(fewer, QUICK)
    assert found.centers["A"] == {}
    rows = {row.center: row for row in found.center_outcomes}
    assert list(rows) == ["A", "B", "unknown"]
    assert (rows["A"].events, rows["A"].cases) == (4, len(of_a) - len(events) + 4)
    assert "unknown" not in found.centers


def test_median_follow_up_is_of_the_reverse_curve() -> None:
    drawn = draw(60)
    found = summarise_survival(_cases(), QUICK)
    curve = censoring_curve(drawn.observed)
    assert curve.at(found.median_follow_up_days) <= 0.5 < curve.before(found.median_follow_up_days)
    ended = [SurvivalCase(f"p{k}", None, True, 10.0 + k, 0.0) for k in range(12)]
    assert math.isnan(summarise_survival(ended, QUICK).median_follow_up_days)


def test_horizons_are_those_that_all_patients_have() -> None:
    cases = _cases()
    first = cases[0]
    part = {day: value for day, value in first.survival.items() if day < 1000}
    mixed = [SurvivalCase(first.id, "A", first.event, first.days, first.risk, part, first.fold), *cases[1:]]
    assert [horizon.days for horizon in summarise_survival(mixed, QUICK).horizons] == [365, 730]


def test_known_states_are_counted() -> None:
    cases = _cases()
    found = summarise_survival(cases, QUICK)
    expected = sum(case.event or case.days > 730 for case in cases)
    assert found.known_at(730) == expected == found.cohort["brier_730"].n
    assert found.folds == 3
    assert np.isfinite(found.cohort["uno_c"].value)
    assert found.tau == pytest.approx(max(c.days for c in cases if sum(d.days >= c.days for d in cases) >= 10))
