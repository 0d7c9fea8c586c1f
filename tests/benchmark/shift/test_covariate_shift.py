import json

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from hyoid.benchmark.shift import FeatureTable, covariate_shift
from hyoid.metrics import holm, standardised_difference


def _table(n: int = 120, seed: int = 0) -> FeatureTable:
    rng = np.random.default_rng(seed)
    centers = rng.choice(["A", "B", "C"], n)
    values = np.column_stack([rng.normal(size=n), rng.normal(size=n), rng.integers(0, 3, n), np.full(n, 7.0)])
    values[centers == "A", 1] += 1.2
    values[rng.random(n) < np.where(centers == "B", 0.5, 0.05), 0] = np.nan
    return FeatureTable.of(centers, ["noise", "moved", "code", "constant"], values, ["code"])


def test_every_number_against_a_direct_computation() -> None:
    table = _table()
    found = covariate_shift(table)
    # one test a feature and center, and of the one feature with gaps whether it is missing as often
    assert len(found.rows) == 3 * 5
    for row in found.rows:
        column = table.values[:, table.names.index(row.feature)]
        sides = column[table.centers == row.center], column[table.centers != row.center]
        own, others = (side[~np.isnan(side)] for side in sides)
        assert (row.missing, row.missing_others) == pytest.approx([np.isnan(side).mean() for side in sides])
        if row.test == "missing":
            counts = [[np.isnan(side).sum(), (~np.isnan(side)).sum()] for side in sides]
            assert (row.n, row.n_others) == (len(sides[0]), len(sides[1]))
        else:
            counts = [[(side == code).sum() for code in (0, 1, 2)] for side in (own, others)]
            assert (row.n, row.n_others) == (len(own), len(others))
        if row.feature == "constant":
            assert np.isnan([row.statistic, row.p_value, row.p_holm, row.difference]).all()
        elif row.test == "kolmogorov_smirnov":
            apart = [abs((own <= x).mean() - (others <= x).mean()) for x in np.concatenate([own, others])]
            assert row.statistic == pytest.approx(max(apart))
            assert row.difference == standardised_difference(own, others)
        else:
            assert row.statistic == pytest.approx(chi2_contingency(counts, correction=False).statistic)
    p_values = [row.p_value for row in found.rows]
    np.testing.assert_allclose([row.p_holm for row in found.rows], holm(p_values))
    assert found.tests == 12
    significant = {(row.center, row.feature, row.test) for row in found.rows if row.p_holm < 0.01}
    assert ("A", "moved", "kolmogorov_smirnov") in significant
    assert ("B", "noise", "missing") in significant
    assert not any(feature == "code" for _, feature, _ in significant)
    assert json.loads(json.dumps(found.to_dict()))["rows"][-1]["p_value"] is None


def test_kolmogorov_smirnov_is_its_permutation_distribution() -> None:
    rng = np.random.default_rng(2)
    own, others = rng.normal(0.8, 1, 7), rng.normal(0, 1, 9)
    table = FeatureTable.of(["x"] * 7 + ["y"] * 9, ["f"], np.concatenate([own, others])[:, np.newaxis])
    row = covariate_shift(table).rows[0]
    order = rng.permuted(np.tile(np.arange(16), (20_000, 1)), axis=1)
    first = np.zeros((20_000, 16))
    np.put_along_axis(first, order[:, :7], 1, axis=1)
    null = np.abs(np.cumsum(first / 7 - (1 - first) / 9, axis=1)).max(axis=1)
    assert row.p_value == pytest.approx((null >= row.statistic - 1e-9).mean(), abs=0.02)


def test_few_values_and_one_center_have_no_test() -> None:
    few = FeatureTable.of(["x"] * 4 + ["y"] * 9, ["f", "c"], np.arange(26.0).reshape(13, 2) % 5, ["c"])
    assert np.isnan([row.p_value for row in covariate_shift(few).rows]).all()
    alone = FeatureTable.of(["x"] * 9, ["f"], np.arange(9.0)[:, np.newaxis])
    assert covariate_shift(alone).rows == ()
    empty = FeatureTable.of(["x"] * 9 + ["y"] * 9, ["f", "c"], np.full((18, 2), np.nan), ["c"])
    assert [row.n for row in covariate_shift(empty).rows] == [0] * 4
    assert covariate_shift(empty).tests == 0
