from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.cohort.splits import stratify
from hyoid.cohort.splits.base import even_sizes

_labels = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from([0, 1, None]), st.sampled_from([0, 1])),
    min_size=10,
    max_size=120,
)


def _counts(labels, parts, n_parts, attribute):
    return {
        value: [sum(parts[i] == k for i, row in enumerate(labels) if row[attribute] == value) for k in range(n_parts)]
        for value in {row[attribute] for row in labels}
    }


@settings(max_examples=60, deadline=None)
@given(labels=_labels, n_parts=st.integers(2, 5), seed=st.integers(0, 99))
def test_sizes_are_exact_and_every_label_is_spread(labels, n_parts, seed) -> None:
    sizes = even_sizes(len(labels), n_parts)
    parts = stratify(labels, sizes, seed)
    assert np.bincount(parts, minlength=n_parts).tolist() == sizes
    for attribute in range(3):
        for counts in _counts(labels, parts, n_parts, attribute).values():
            for count, size in zip(counts, sizes, strict=True):
                assert abs(count - sum(counts) * size / len(labels)) < 2


@settings(max_examples=30, deadline=None)
@given(labels=_labels, fraction=st.floats(0.05, 0.5))
def test_uneven_parts_are_proportional(labels, fraction) -> None:
    small = max(1, round(fraction * len(labels)))
    parts = stratify(labels, [len(labels) - small, small], 3)
    assert np.bincount(parts, minlength=2).tolist() == [len(labels) - small, small]
    for attribute in range(3):
        for counts in _counts(labels, parts, 2, attribute).values():
            assert abs(counts[1] - sum(counts) * small / len(labels)) < 2


def test_one_label_is_dealt_within_one() -> None:
    labels = [("A",)] * 23 + [("B",)] * 17 + [("C",)] * 3
    parts = stratify(labels, even_sizes(43, 5), 0)
    for counts in _counts(labels, parts, 5, 0).values():
        assert max(counts) - min(counts) <= 1


def test_the_joint_of_two_attributes_is_spread_too() -> None:
    rng = np.random.default_rng(0)
    labels = [(c, int(rng.random() < p)) for c, p in [("A", 0.2), ("B", 0.5), ("C", 0.8)] for _ in range(60)]
    parts = stratify(labels, even_sizes(180, 5), 0)
    joint = Counter((row, int(part)) for row, part in zip(labels, parts, strict=True))
    for row, total in Counter(labels).items():
        assert all(abs(joint[row, k] - total / 5) <= 1.5 for k in range(5))


def test_it_is_better_than_a_random_division() -> None:
    rng = np.random.default_rng(1)
    labels = [tuple(rng.integers(0, 3, 4).tolist()) for _ in range(200)]

    def distance(parts):
        return sum(
            (count - sum(counts) / 5) ** 2
            for attribute in range(4)
            for counts in _counts(labels, parts, 5, attribute).values()
            for count in counts
        )

    random = [distance(rng.permutation(200) % 5) for _ in range(20)]
    assert distance(stratify(labels, [40] * 5, 0)) < 0.1 * min(random)


def test_wrong_sizes_are_refused_and_nothing_is_fine() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        stratify([("A",)], [2], 0)
    assert stratify([], [0, 0], 0).size == 0
    assert stratify([(), ()], [1, 1], 0).tolist() in ([0, 1], [1, 0])
