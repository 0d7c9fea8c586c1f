from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyoid.errors import HyoidError
from hyoid.metrics import risk_coverage


def _over_all_orders(wrong: list[bool], certainty: list[int]) -> np.ndarray:
    """The mean curve over all orders that put no less certain case before a more certain one."""
    orders = [
        order
        for order in permutations(range(len(wrong)))
        if all(certainty[a] >= certainty[b] for a, b in pairwise(order))
    ]
    curves = [[sum(wrong[i] for i in order[: k + 1]) / (k + 1) for k in range(len(order))] for order in orders]
    return np.mean(curves, axis=0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), min_size=1, max_size=6))
def test_the_curve_is_the_mean_over_the_orders_of_equals(cases: list[tuple[bool, int]]) -> None:
    wrong, certainty = map(list, zip(*cases, strict=True))
    found = risk_coverage(np.array(wrong), certainty)
    expected = _over_all_orders(wrong, certainty)
    np.testing.assert_allclose(found.risk, expected, atol=1e-12)
    assert found.area == pytest.approx(expected.mean())
    assert found.risk[-1] == pytest.approx(np.mean(wrong))
    best = risk_coverage(np.array(sorted(wrong)), np.arange(len(wrong), 0, -1))
    assert found.least_area == pytest.approx(best.area)
    assert found.excess >= -1e-12


def test_four_cases_by_hand() -> None:
    found = risk_coverage([False, True, False, True], [4.0, 3.0, 2.0, 1.0])
    assert found.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert found.risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert found.area == pytest.approx(1 / 3)
    assert found.least_area == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)
    assert [found.risk_at(share) for share in (0.1, 0.5, 0.6, 1)] == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert found.to_dict()["excess"] == pytest.approx(1 / 3 - 5 / 24)


def test_without_any_order_the_area_is_the_share_of_errors() -> None:
    found = risk_coverage([True, False, False, True, False], np.zeros(5))
    assert found.area == pytest.approx(0.4)
    assert found.risk.tolist() == pytest.approx([0.4] * 5)


@pytest.mark.parametrize(
    ("wrong", "certainty"), [([], []), ([True], [1.0, 2.0]), ([1, 0], [1.0, 2.0]), ([True, False], [1.0, np.nan])]
)
def test_what_is_no_curve_is_refused(wrong: list, certainty: list) -> None:
    with pytest.raises(HyoidError, match="expected one"):
        risk_coverage(wrong, certainty)
