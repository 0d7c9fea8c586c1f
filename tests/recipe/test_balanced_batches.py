import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hyoid.recipe.sampling import BalancedBatches

KEYS = st.lists(st.tuples(st.sampled_from([True, False, None]), st.just("A")), min_size=1, max_size=40)


@given(KEYS, st.integers(0, 5))
def test_every_even_batch_holds_as_many_of_both_classes(keys: list[tuple[bool | None, str]], seed: int) -> None:
    order = BalancedBatches().draw(keys, np.random.default_rng(seed))
    rarer = sum(k is True for k, _ in keys) <= sum(k is False for k, _ in keys)
    small = [keys[i][0] is rarer for i in order]
    if any(key is rarer for key, _ in keys):
        assert all(sum(small[i : i + 4]) * 2 == len(small[i : i + 4]) for i in range(0, len(order), 4))
    assert set(order) >= {i for i, (key, _) in enumerate(keys) if key is not rarer}


@given(KEYS)
def test_weights_are_how_often_a_case_is_drawn(keys: list[tuple[bool | None, str]]) -> None:
    sampling, rng = BalancedBatches(), np.random.default_rng(0)
    drawn = np.zeros(len(keys))
    for _ in range(60):
        drawn += np.bincount(sampling.draw(keys, rng), minlength=len(keys))
    np.testing.assert_allclose(drawn / 60, sampling.weights(keys), atol=0.4)


def test_the_smaller_class_comes_again_evenly() -> None:
    keys = [(True, "A")] * 3 + [(False, "A")] * 10
    drawn = np.bincount(BalancedBatches().draw(keys, np.random.default_rng(0)), minlength=13)
    assert sorted(drawn[:3]) == [3, 3, 4]
    assert (drawn[3:] == 1).all()
