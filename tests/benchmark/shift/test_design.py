import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from hyoid.benchmark.shift import FeatureTable
from hyoid.benchmark.shift.design import FittedDesign


def test_it_is_scikit_learns_imputer_and_scaler_of_the_training_patients() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(40, 3))
    values[rng.random((40, 3)) < 0.2] = np.nan
    table, train = FeatureTable.of(["x"] * 40, "abc", values), np.arange(40) < 25
    imputer, scaler = SimpleImputer(strategy="median", add_indicator=True), StandardScaler()
    scaler.fit(imputer.fit_transform(values[train]))
    found = FittedDesign.fit(table, train, missing_flags=True)
    np.testing.assert_allclose(found.encode(values), scaler.transform(imputer.transform(values)), atol=1e-12)
    changed = np.where(train[:, np.newaxis], values, 1e6)
    again = FittedDesign.fit(FeatureTable.of(["x"] * 40, "abc", changed), train, missing_flags=True)
    np.testing.assert_array_equal(again.mean, found.mean)
    assert FittedDesign.fit(table, train, missing_flags=False).encode(values).shape == (40, 3)


def test_categories_constants_and_what_training_never_saw() -> None:
    values = np.array([[0, 5, np.nan], [1, 5, np.nan], [1, 5, np.nan], [2, 6, 3.0]])
    table = FeatureTable.of(["x"] * 4, ["code", "constant", "absent"], values, ["code"])
    found = FittedDesign.fit(table, np.array([True, True, True, False]), missing_flags=True)
    encoded = found.encode(values)
    # columns: constant, absent, code 0, code 1, absent missing; only the codes vary in training
    third = np.sqrt(2) / 3
    expected = np.array([[2 / 3, -2 / 3], [-1 / 3, 1 / 3], [-1 / 3, 1 / 3], [-1 / 3, -2 / 3]]) / third
    np.testing.assert_allclose(encoded[:, 2:4], expected)
    assert (encoded[:, [0, 1, 4]] == 0).all()
    assert found.medians[2] == pytest.approx(0)
