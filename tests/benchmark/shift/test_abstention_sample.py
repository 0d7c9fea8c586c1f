import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyoid.benchmark.shift import AbstentionSample, compare_recipes, measured
from hyoid.metrics import Bootstrap, risk_coverage

CASES = st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=20)


def sample(wrong: list[bool], certainty: list[float]) -> AbstentionSample:
    names = [f"P{k:03d}" for k in range(len(wrong))]
    centers = ["AB"[k % 2] for k in range(len(wrong))]
    return AbstentionSample.of(names, centers, wrong, certainty, [True] * len(wrong))


def test_four_decisions_by_hand() -> None:
    """Surest first: right, wrong, right, wrong: errors 0, 1/2, 1/3, 1/2 of those answered."""
    found = measured(sample([False, True, False, True], [4, 3, 2, 1]), Bootstrap(replicates=0))
    assert found.value == pytest.approx(1 - (0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


@given(CASES, st.integers(0, 1000))
def test_a_resample_is_the_curve_of_the_patients_as_often_as_they_were_drawn(
    cases: list[tuple[bool, int]], seed: int
) -> None:
    wrong, certainty = [w for w, _ in cases], [float(c) for _, c in cases]
    counts = np.random.default_rng(seed).multinomial(len(cases), np.full(len(cases), 1 / len(cases)))
    (found,) = sample(wrong, certainty).statistic()(counts[np.newaxis].astype(float))
    drawn = [(w, c) for (w, c), times in zip(cases, counts, strict=True) for _ in range(times)]
    expected = risk_coverage(np.array([w for w, _ in drawn]), [float(c) for _, c in drawn]).area
    assert found == pytest.approx(1 - expected)


def test_a_recipe_that_knows_its_errors_beats_one_that_does_not() -> None:
    rng = np.random.default_rng(0)
    wrong = (rng.random(200) < 0.3).tolist()
    knows = [float(not w) + 0.5 * rng.random() for w in wrong]
    ((pair),) = compare_recipes(
        {"knows": sample(wrong, knows), "guesses": sample(wrong, rng.random(200).tolist())}, Bootstrap(replicates=300)
    ).differences
    assert pair.difference.low > 0
    assert pair.p_max_t < 0.05
