import numpy as np
import pytest

from hyoid.survival.icare.signed_mean import LEAST_STD, SignedMean, fit_signed_mean


def test_by_hand() -> None:
    """a has mean 2 and standard deviation 1; b is used with its sign turned, mean 6, standard deviation sqrt(8).

    Mean signed z-scores: (-1 + sqrt 2 / 2) / 2 with both, 0 with a alone, 1 - sqrt 2 / 2 and half of it with both.
    """
    values = np.array([[1.0, 0.0, 4.0], [2.0, 0.0, np.nan], [3.0, 0.0, 8.0]])
    model = fit_signed_mean(values, np.ones(3, np.intp), np.array([0, 2]), np.array([1, -1]))
    np.testing.assert_allclose(model.means, [2, 6])
    np.testing.assert_allclose(model.stds, [1, np.sqrt(8)])
    half = (1 - 1 / np.sqrt(2)) / 2
    assert model.output_mean == pytest.approx(0)
    assert model.output_std == pytest.approx(half * np.sqrt(2 / 3))
    np.testing.assert_allclose(model.risk(values), np.array([-1, 0, 1]) * np.sqrt(3 / 2), atol=1e-12)


def test_counts_stand_for_repeated_patients() -> None:
    rng = np.random.default_rng(0)
    values, counts = rng.normal(1e5, 1, size=(30, 4)), rng.integers(0, 4, 30)
    values[rng.random((30, 4)) < 0.2] = np.nan
    repeated = np.repeat(values, counts, axis=0)
    columns, signs = np.array([0, 1, 3]), np.array([1, -1, 1])
    weighted = fit_signed_mean(values, counts, columns, signs)
    plain = fit_signed_mean(repeated, np.ones(len(repeated), np.intp), columns, signs)
    np.testing.assert_allclose(weighted.risk(values), plain.risk(values), atol=1e-9)
    risk = weighted.risk(repeated)
    assert np.nanmean(risk) == pytest.approx(0, abs=1e-10)
    assert np.nanstd(risk) == pytest.approx(1)


def test_a_patient_of_whom_no_column_is_known_has_no_risk() -> None:
    values = np.array([[1.0], [2.0], [np.nan]])
    model = fit_signed_mean(values, np.ones(3, np.intp), np.array([0]), np.array([-1]))
    np.testing.assert_allclose(model.risk(values), [1, -1, np.nan])


def test_without_columns_every_risk_is_the_mean() -> None:
    none = np.zeros(0, np.intp)
    model = fit_signed_mean(np.ones((3, 2)), np.ones(3, np.intp), none, none)
    np.testing.assert_array_equal(model.risk(np.ones((2, 2))), [0, 0])


def test_a_spread_too_small_for_its_square_is_replaced() -> None:
    values = np.array([[0.0], [1e-200]])
    model = fit_signed_mean(values, np.ones(2, np.intp), np.array([0]), np.array([1]))
    assert model.stds.tolist() == [LEAST_STD]
    assert model.output_std == LEAST_STD
    assert np.isfinite(model.risk(values)).all()


def test_one_patient_after_another_gives_the_same_as_all_at_once() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(9, 5))
    model = SignedMean(np.array([1, 4]), np.array([1, -1]), np.zeros(2), np.ones(2), 0.1, 2.0)
    one_by_one = np.concatenate([model.risk(patient[None]) for patient in values])
    np.testing.assert_allclose(one_by_one, model.risk(values), atol=1e-15)
