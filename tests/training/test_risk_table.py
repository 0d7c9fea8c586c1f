"""Where the groups of risk are cut."""

import numpy as np
import pytest

from hyoid.metrics.survival import risk_groups
from hyoid.training.risk_table import cut_points


@pytest.mark.parametrize("groups", [2, 3, 4, 10])
def test_groups_are_of_equal_size(groups: int) -> None:
    risks = np.random.default_rng(groups).normal(size=40 * groups)
    cuts = cut_points(risks, groups)
    assert len(cuts) == groups - 1
    assert np.bincount(risk_groups(risks, cuts)).tolist() == [40] * groups


def test_cuts_by_hand() -> None:
    assert cut_points(np.array([4.0, 1.0, 3.0, 2.0]), 2).tolist() == [2.5]
    assert cut_points(np.array([1.0, 2.0, 3.0, 4.0]), 3).tolist() == [2.0, 3.0]


def test_equal_risks_make_fewer_groups_and_none_are_made_up() -> None:
    assert cut_points(np.array([0.0, 0.0, 0.0, 0.0, 0.0, 7.0]), 3).tolist() == [0.0]
    assert cut_points(np.full(5, 2.0), 3).tolist() == []
    assert cut_points(np.array([2.0]), 3).tolist() == []
    assert cut_points(np.zeros(0), 3).tolist() == []
