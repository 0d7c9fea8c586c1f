import math

import numpy as np
import pytest
from scipy.stats import chi2_contingency, hypergeom

from hyoid.errors import HyoidError
from hyoid.metrics import table_test


def test_large_tables_equal_scipy() -> None:
    rng = np.random.default_rng(0)
    for shape in ((2, 2), (2, 4), (5, 3)):
        counts = rng.integers(10, 60, shape)
        expected = chi2_contingency(counts, correction=False)
        found = table_test(counts)
        assert (found.statistic, found.degrees) == pytest.approx((expected.statistic, expected.dof))
        assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
        assert not found.drawn


def test_small_tables_equal_the_sum_over_all_tables_of_the_margins() -> None:
    counts = np.array([[4, 1], [2, 9]])
    cells = np.arange(7)
    tables = np.stack([[cells, 5 - cells], [6 - cells, 5 + cells]]).transpose(2, 0, 1)[:6]
    expected = np.outer([5, 11], [6, 10]) / 16
    statistics = ((tables - expected) ** 2 / expected).sum(axis=(1, 2))
    probability = hypergeom(16, 6, 5).pmf(cells[:6])
    exact = probability[statistics >= statistics[4] - 1e-9].sum()
    found = table_test(counts, draws=20_000)
    assert found.drawn
    assert found.statistic == pytest.approx(statistics[4])
    assert found.p_value == pytest.approx(exact, abs=0.01)
    assert table_test(counts) == table_test(counts)


def test_empty_rows_and_columns_do_not_count() -> None:
    whole = table_test([[30, 20], [10, 40]])
    assert table_test([[30, 0, 20], [0, 0, 0], [10, 0, 40]]) == whole
    for nothing in ([[3, 4]], [[3, 0], [9, 0]], [[0, 0], [0, 0]]):
        found = table_test(nothing)
        assert math.isnan(found.p_value)
        assert found.degrees == 0
    for wrong in ([[0.5, 1], [2, 3]], [[-1, 1], [2, 3]], [1, 2]):
        with pytest.raises(HyoidError, match="whole numbers"):
            table_test(wrong)
