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


@given(st.lists(st.tuples(st.integers(-6, 6), st.booleans(), st.integers(0, 2)), min_size=2, max_size=30))
def test_of_several_folds_it_is_best_for_the_pairs_within_them(cases: list[tuple[int, bool, int]]) -> None:
    logits = np.array([float(c[0]) for c in cases])
    positive, fold = np.array([c[1] for c in cases]), np.array([c[2] for c in cases])
    both = [k for k in range(3) if len(set(positive[fold == k])) == 2]
    used = np.isin(fold, both)
    assume(len(set(logits[used])) > 1)

    def worth(threshold: float) -> float:
        total = 0.0
        for k in both:
            above, truth = logits[fold == k] >= threshold, positive[fold == k]
            rates = above[truth].mean() + (~above[~truth]).mean()
            total += truth.sum() * (~truth).sum() / len(truth) * rates
        return total

    found = BalancedAccuracyThreshold().fit(logits, positive, fold)
    scores = np.unique(logits[used])
    assert worth(found.logit) == pytest.approx(max(worth(t) for t in scores[:-1] + np.diff(scores) / 2))
    assert found.cases == used.sum()


def test_a_fold_of_one_class_says_nothing_and_does_not_part_two_models() -> None:
    """Model b sits ten above model a and is asked of positives only, as a hospital with no negatives is."""
    logits = [0.0, 1.0, 2.0, 3.0, *([11.0] * 8)]
    positive = [False, False, True, True, *([True] * 8)]
    assert BalancedAccuracyThreshold().fit(logits, positive, ["a"] * 4 + ["b"] * 8).logit == 1.5
    confounded = [0.0, 3.0, 2.0, 2.5, *([11.0] * 8)]
    assert BalancedAccuracyThreshold().fit(confounded, positive).logit == 7.0
    assert BalancedAccuracyThreshold().fit(confounded, positive, ["a"] * 4 + ["b"] * 8).logit == 1.0


def test_where_no_fold_holds_both_classes_it_compares_models_and_says_so() -> None:
    found = BalancedAccuracyThreshold().fit([0.0, 1.0, 4.0], [False, False, True], ["a", "a", "b"])
    assert found.logit == 2.5
    assert found.notes == ("No fold holds both classes: the threshold compares different models.",)


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
