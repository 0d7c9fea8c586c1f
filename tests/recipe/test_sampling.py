import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from hyoid.recipe.sampling import Balanced, CaseSampling, EveryCase, Key, SubsampleCenters

KEYS: list[Key] = [*[(True, "A")] * 12, *[(False, "A")] * 3, *[(True, "B")] * 4, *[(False, "B")] * 1]
SAMPLINGS = [
    EveryCase(),
    Balanced(),
    Balanced(by="center"),
    Balanced(by="class_and_center"),
    SubsampleCenters(limit=2),
    SubsampleCenters(limit=40),
]


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=str)
def test_drawn_shares_are_the_expected_ones(sampling: CaseSampling) -> None:
    """3000 epochs: the mean number of draws of a case is known to about 0.02 of its standard deviation."""
    rng, epochs = np.random.default_rng(0), 3000
    counts = sum(np.bincount(sampling.draw(KEYS, rng), minlength=len(KEYS)) for _ in range(epochs)) / epochs
    weights = sampling.weights(KEYS)
    assert np.all(weights > 0)
    np.testing.assert_allclose(counts, weights, atol=0.02 * np.sqrt(weights.max()) * 4)


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=str)
def test_the_same_stream_draws_the_same_cases(sampling: CaseSampling) -> None:
    first, again, other = (sampling.draw(KEYS, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.tolist() != other.tolist()


def test_every_case_is_drawn_once() -> None:
    assert sorted(EveryCase().draw(KEYS, np.random.default_rng(0))) == list(range(len(KEYS)))


def test_expected_draws_of_balanced_groups_by_hand() -> None:
    """20 draws; by class 10 for 16 positives and 10 for 4 negatives, by both 5 for each of four groups."""
    assert Balanced().weights(KEYS)[[0, 12]] == pytest.approx([10 / 16, 10 / 4])
    assert Balanced(by="center").weights(KEYS)[[0, 15]] == pytest.approx([10 / 15, 10 / 5])
    assert Balanced(by="class_and_center").weights(KEYS)[[0, 12, 15, 19]] == pytest.approx([5 / 12, 5 / 3, 5 / 4, 5])
    assert SubsampleCenters(limit=2).weights(KEYS)[[0, 12, 15, 19]] == pytest.approx([2 / 12, 2 / 3, 2 / 4, 1])


def test_no_group_of_a_subsample_exceeds_its_limit_and_no_case_comes_twice() -> None:
    drawn = SubsampleCenters(limit=2).draw(KEYS, np.random.default_rng(3))
    assert len(set(drawn.tolist())) == len(drawn)
    groups = [KEYS[i] for i in drawn]
    assert {key: groups.count(key) for key in set(KEYS)} == {
        (True, "A"): 2,
        (False, "A"): 2,
        (True, "B"): 2,
        (False, "B"): 1,
    }


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("ABC")), min_size=1, max_size=30), st.integers(0, 99))
def test_whatever_the_cohort_an_epoch_has_the_expected_size_and_known_cases(keys: list[Key], seed: int) -> None:
    for sampling in SAMPLINGS:
        drawn, weights = sampling.draw(keys, np.random.default_rng(seed)), sampling.weights(keys)
        assert len(drawn) == pytest.approx(weights.sum())
        assert set(drawn.tolist()) <= set(range(len(keys)))


def test_samplings_are_found_by_name() -> None:
    adapter: TypeAdapter[CaseSampling] = TypeAdapter(CaseSampling)
    assert adapter.validate_python({"name": "balanced", "by": "center"}) == Balanced(by="center")
    for sampling in SAMPLINGS:
        assert adapter.validate_json(sampling.model_dump_json()) == sampling
