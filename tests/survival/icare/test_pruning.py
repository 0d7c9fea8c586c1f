import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import rankdata

from hyoid.survival.icare import Correlation, correlations, uncorrelated

Floats = NDArray[np.float64]


def table(seed: int, missing: float) -> tuple[Floats, NDArray[np.intp]]:
    rng = np.random.default_rng(seed)
    values = np.round(rng.normal(size=(40, 2)) @ rng.normal(size=(2, 7)) + rng.normal(size=(40, 7)), 1) + 1e4
    values[rng.random((40, 7)) < missing] = np.nan
    return values, rng.multinomial(40, np.full(40, 1 / 40))


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3]))
@settings(max_examples=20, deadline=None)
def test_pearson_equals_pandas_on_the_repeated_patients(seed: int, missing: float) -> None:
    values, counts = table(seed, missing)
    expected = pd.DataFrame(np.repeat(values, counts, axis=0)).corr().to_numpy()
    np.testing.assert_allclose(correlations(values, counts, "pearson"), expected, atol=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_spearman_equals_pandas_where_nothing_is_missing(seed: int) -> None:
    values, counts = table(seed, 0.0)
    expected = pd.DataFrame(np.repeat(values, counts, axis=0)).corr(method="spearman").to_numpy()
    np.testing.assert_allclose(correlations(values, counts, "spearman"), expected, atol=1e-9)


def test_spearman_takes_the_ranks_within_each_column_where_values_are_missing() -> None:
    values, counts = table(3, 0.3)
    repeated = np.repeat(values, counts, axis=0)
    ranks = rankdata(repeated, axis=0, nan_policy="omit")
    np.testing.assert_allclose(correlations(values, counts, "spearman"), pd.DataFrame(ranks).corr(), atol=1e-9)


@pytest.mark.parametrize("correlation", ["pearson", "spearman"])
@pytest.mark.parametrize("patients", range(4, 12))  # the mean of equal numbers may differ from them in the last digit
def test_a_column_that_does_not_vary_among_the_shared_patients_has_no_correlation(
    correlation: Correlation, patients: int
) -> None:
    ones, rising = np.ones(patients, np.intp), np.arange(float(patients))
    constant = np.full(patients, 0.1)
    known = np.stack([constant, rising], axis=1)
    np.testing.assert_allclose(correlations(known, ones, correlation), [[np.nan, np.nan], [np.nan, 1]])
    but_the_last = np.where(rising < patients - 1, 7.3, 9.1)
    without_the_last = np.where(rising < patients - 1, rising, np.nan)
    table = np.stack([but_the_last, without_the_last, constant, np.full(patients, np.nan)], axis=1)
    found = correlations(table, ones, correlation)
    np.testing.assert_allclose(np.diag(found), [1, 1, np.nan, np.nan])
    assert np.isnan(found[~np.eye(4, dtype=bool)]).all()
    assert uncorrelated(table, ones, 0.0, correlation).all()


def test_a_later_column_goes_even_if_the_earlier_one_goes_too() -> None:
    """b follows a, and c follows b but not a: c goes, although b is not there to stand for it."""
    a = np.array([1.0, 0, -1, 0])
    c = np.array([0.0, 1, 0, -1])
    b = a + c
    ones = np.ones(4, np.intp)
    np.testing.assert_array_equal(uncorrelated(np.stack([a, b, c], axis=1), ones, 0.7, "pearson"), [True, False, False])
    np.testing.assert_array_equal(uncorrelated(np.stack([a, c, b], axis=1), ones, 0.7, "pearson"), [True, True, False])
    np.testing.assert_array_equal(
        uncorrelated(np.stack([a, b, -c], axis=1), ones, 0.7, "pearson"), [True, False, False]
    )
    assert uncorrelated(np.stack([a, b, c], axis=1), ones, 0.71, "pearson").all()
