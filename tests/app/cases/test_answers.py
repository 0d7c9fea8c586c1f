"""HPV and RFS answers, and the cohort's survival, against lifelines."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hyoid
from hyoid.app.cases.answers import cohort_survival, hpv_answer, rfs_answer
from hyoid.cohort import Case, Cohort, read_cohort
from support.viewed import HPV, RFS


def cohort_of(*outcomes: tuple[float | None, bool | None]) -> Cohort:
    cases = tuple(Case(f"A-{i}", rfs_days=days, relapse=event) for i, (days, event) in enumerate(outcomes))
    return Cohort(Path(), cases, "table")


def test_the_cohorts_curve_is_lifelines() -> None:
    from lifelines import KaplanMeierFitter

    rng = np.random.default_rng(3)
    days, events = rng.integers(1, 900, 60).astype(float), rng.random(60) < 0.5
    curve = cohort_survival(cohort_of(*zip(days.tolist(), events.tolist(), strict=True), (None, True), (100.0, None)))
    fitter = KaplanMeierFitter().fit(days, events)
    expected = fitter.survival_function_at_times([step["days"] for step in curve]).to_numpy()
    np.testing.assert_allclose([step["probability"] for step in curve], expected, atol=1e-12)
    bounds = fitter.confidence_interval_survival_function_
    at = {float(day): row for day, row in bounds.iterrows()}
    for step in curve:
        if 0 < step["probability"] < 1:
            low, high = at[step["days"]]
            assert (step["low"], step["high"]) == pytest.approx((low, high), abs=1e-9)


def test_no_interval_on_few_events() -> None:
    curve = cohort_survival(cohort_of((10.0, True), (20.0, False), (30.0, True)))
    assert [step["days"] for step in curve] == [0.0, 10.0, 20.0, 30.0]
    assert [step["probability"] for step in curve] == pytest.approx([1, 2 / 3, 2 / 3, 0])
    assert all(step["low"] is None and step["high"] is None for step in curve)


def test_an_event_on_the_first_day_has_no_step_before_it() -> None:
    curve = cohort_survival(cohort_of((0.0, True), (20.0, False)))
    assert [(step["days"], step["probability"]) for step in curve] == [(0.0, 0.5), (20.0, 0.5)]


def test_nobody_known() -> None:
    assert cohort_survival(cohort_of((None, None))) == []


def test_hpv() -> None:
    answer = hpv_answer({"hpv": HPV})
    assert answer is not None
    assert (answer["probability"], answer["threshold"], answer["decision"]) == (0.62, 0.4, True)
    for words in ("uncalibrated it is 0.70", "from 0.50 to 0.80", "preset tiny", "A note on HPV."):
        assert words in answer["note"]
    assert hpv_answer({}) is None
    assert hpv_answer(None) is None


def test_rfs(viewed: Path) -> None:
    curve = cohort_survival(read_cohort(viewed / "cohort"))
    answer = rfs_answer({"rfs": RFS}, curve)
    assert answer is not None
    assert answer["risk"] == 0.9
    assert [(at["days"], at["probability"], at["low"]) for at in answer["survival"]] == [
        (0, 1.0, None), (365, 0.8, 0.7), (730, 0.6, None),
    ]  # fmt: skip
    assert answer["cohort"] == curve
    assert "81 %" in answer["note"]
    assert "group 3 of 3" in answer["note"]
    assert "fewer than 5 events" in answer["note"]


@pytest.mark.parametrize("broken", [{"rfs": {}}, {"rfs": {"risk": None, "survival": None}}, {"rfs": [], "hpv": 3}])
def test_half_a_prediction(broken: dict[str, Any]) -> None:
    rfs_answer(broken, [])
    assert hpv_answer(broken) is None


def test_answers_of_the_models_themselves_fit() -> None:
    """The keys that are read here are those that a bundle's answer has."""
    folder = Path(hyoid.__file__).parent / "inference"  # its text, for the module takes seconds to import
    for name, part in (("hpv.py", HPV), ("rfs.py", RFS)):
        source = (folder / name).read_text(encoding="utf-8")
        for key in part:
            assert f'"{key}"' in source, key
