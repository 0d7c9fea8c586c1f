import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy.special import expit
from sklearn.metrics import balanced_accuracy_score

from hyoid.decision import BalancedAccuracyThreshold, CostThreshold, FittedThreshold, FixedThreshold, Threshold

CASES = st.lists(st.tuples(st.integers(-6, 6), st.booleans()), min_size=2, max_size=30)


def _fit(cases: list[tuple[int, bool]]) -> FittedThreshold:
    return BalancedAccuracyThreshold().fit([float(c[0]) for c in cases], [c[1] for c in cases])


@given(CASES, st.randoms())
def test_equals_brute_force_over_midpoints(cases: list[tuple[int, bool]], random: object) -> None:
    logits, positive = np.array([float(c[0]) for c in cases]), np.array([c[1] for c in cases])
    assume(0 < positive.sum() < len(positive))
    assume(len(set(logits)) > 1)
    found = _fit(cases)
    scores = np.unique(logits)
    gaps = np.diff(scores)
    values = [balanced_accuracy_score(positive, logits >= t) for t in scores[:-1] + gaps / 2]
    best = [k for k, value in enumerate(values) if value > max(values) - 1e-12]
    k = max(best, key=lambda k: (gaps[k], -k))
    assert found.logit == scores[k] + gaps[k] / 2
    assert balanced_accuracy_score(positive, found.decide(logits)) == pytest.approx(max(values))
    assert bool(found.notes) == (max(values) <= 0.5 + 1e-12)
    random.shuffle(cases)  # type: ignore[attr-defined]
    assert _fit(cases) == found


@given(CASES, st.integers(-8, 8))
def test_a_corrected_prior_moves_it_and_changes_no_decision(cases: list[tuple[int, bool]], offset: int) -> None:
    found = _fit(cases)
    assert found.moves_with_prior
    logits = np.array([float(c[0]) for c in cases])
    np.testing.assert_array_equal(found.after_offset(offset).decide(logits + offset), found.decide(logits))
    if not found.notes:
        assert _fit([(logit + offset, positive) for logit, positive in cases]).logit == found.logit + offset


def test_the_widest_gap_among_equals_and_then_the_lowest() -> None:
    # both gaps are perfect for one class and miss one of the other
    assert _fit([(0, False), (1, True), (2, False), (6, True)]).logit == 4
    assert _fit([(0, False), (2, True), (4, False), (6, True)]).logit == 1
    assert _fit([(0, False), (10, True)]).probability == pytest.approx(expit(5))


def test_neighbouring_floats_are_parted() -> None:
    low = 1.0
    high = float(np.nextafter(low, 2))
    found = BalancedAccuracyThreshold().fit([low, high], [False, True])
    assert found.decide([low, high]).tolist() == [False, True]


@pytest.mark.parametrize(
    ("logits", "positive", "said"),
    [
        ([], [], "no case"),
        ([1.0, 2.0], [True, True], "no negative"),
        ([1.0, 2.0], [False, False], "no positive"),
        ([1.0, 1.0], [False, True], "one and the same logit"),
    ],
)
def test_nothing_to_choose_from_is_one_half_with_a_note(logits: list[float], positive: list[bool], said: str) -> None:
    found = BalancedAccuracyThreshold().fit(logits, positive)
    assert (found.logit, found.probability, found.cases) == (0, 0.5, len(logits))
    assert said in found.notes[0]


def test_fixed_and_cost() -> None:
    fixed = FixedThreshold(value=0.3).fit([0.0], [True])
    assert (fixed.probability, fixed.cases, fixed.moves_with_prior) == (pytest.approx(0.3), 1, False)
    assert fixed.after_offset(2.0) is fixed
    assert FixedThreshold().fit([], []).logit == 0
    cost = CostThreshold(false_positive=4, false_negative=1).fit([], [])
    assert (cost.probability, cost.moves_with_prior) == (pytest.approx(0.8), False)


@given(st.floats(0.01, 0.99), st.floats(0.1, 10), st.floats(0.1, 10))
def test_the_cost_threshold_has_the_least_expected_cost(p: float, false_positive: float, false_negative: float) -> None:
    found = CostThreshold(false_positive=false_positive, false_negative=false_negative).fit([], [])
    logit = np.log(p / (1 - p))
    assume(abs(logit - found.logit) > 1e-9)
    positive = bool(found.decide([logit])[0])
    cost = {True: (1 - p) * false_positive, False: p * false_negative}
    assert cost[positive] < cost[not positive]


def test_settings_are_checked_and_results_are_json() -> None:
    adapter: TypeAdapter[object] = TypeAdapter(Threshold)
    assert adapter.validate_python({"name": "fixed", "value": 0.4}) == FixedThreshold(value=0.4)
    for wrong in ({"name": "fixed", "value": 1}, {"name": "cost", "false_positive": 0, "false_negative": 1}):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)
    found = _fit([(0, False), (3, True)])
    assert FittedThreshold.model_validate_json(found.model_dump_json()) == found
