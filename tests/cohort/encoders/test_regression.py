import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hyoid.cohort import Case
from hyoid.cohort.encoders import FittedEncoder, Median, Regression
from hyoid.errors import CohortError

COLUMNS = ("age", "score", "dose")

_cell = st.none() | st.floats(-50, 50).map(lambda v: round(v, 3))
_tables = st.lists(st.tuples(_cell, _cell, _cell), min_size=1, max_size=15)


def _cases(table: list) -> list[Case]:
    return [
        Case(f"p{k}", clinical={c: v for c, v in zip(COLUMNS, row, strict=True) if v is not None})
        for k, row in enumerate(table)
    ]


def _oracle(fit_on: np.ndarray, new: np.ndarray, ridge: float) -> np.ndarray:
    """Standardise and impute with NumPy: one least-squares problem a column, the penalty as further rows."""
    mean, deviation, middle = (np.zeros(3), np.ones(3), np.zeros(3))
    for j in range(3):
        known = fit_on[~np.isnan(fit_on[:, j]), j]
        if known.size:
            mean[j], deviation[j] = known.mean(), known.std() if np.ptp(known) else 1.0
            middle[j] = (np.median(known) - mean[j]) / deviation[j]
    fitted_z, z = (fit_on - mean) / deviation, (new - mean) / deviation
    result = z.copy()
    for j in range(3):
        others = [k for k in range(3) if k != j]
        rows = np.where(np.isnan(fitted_z), middle, fitted_z)[:, others]
        have = ~np.isnan(fitted_z[:, j])
        weights = np.zeros(3)
        if have.any():
            design = np.column_stack([np.ones(have.sum()), rows[have]])
            penalty = np.diag([0, ridge, ridge])
            weights = np.linalg.solve(design.T @ design + penalty, design.T @ fitted_z[have, j])
        predictors = np.column_stack([np.ones(len(z)), np.where(np.isnan(z), middle, z)[:, others]])
        result[:, j] = np.where(np.isnan(z[:, j]), predictors @ weights, z[:, j])
    return result


@settings(deadline=None, max_examples=150)
@given(_tables, _tables, st.sampled_from([0.1, 1.0, 10.0]))
def test_prediction_equals_the_normal_equations(table: list, others: list, ridge: float) -> None:
    encoded = Regression(ridge=ridge).fit(_cases(table), COLUMNS).encode(_cases(others))
    expected = _oracle(np.array(table, dtype=float), np.array(others, dtype=float), ridge)
    assert encoded.names == COLUMNS
    np.testing.assert_allclose(encoded.values, expected, rtol=1e-4, atol=1e-4)


def test_prediction_equals_scikit_learn() -> None:
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(0)
    table = rng.normal(size=(60, 3)) @ rng.normal(size=(3, 3))
    z = (table - table.mean(axis=0)) / table.std(axis=0)
    fitted = Regression(ridge=2.5).fit(_cases(table.tolist()), COLUMNS)
    expected = Ridge(alpha=2.5).fit(z[:, [0, 2]], z[:, 1]).predict(z[:, [0, 2]])
    found = fitted.encode(_cases([[a, None, c] for a, _, c in table.tolist()])).values
    np.testing.assert_allclose(found[:, 1], expected, atol=1e-5)


def test_planted_relation_is_recovered_better_than_by_the_median() -> None:
    rng = np.random.default_rng(1)
    age, score = rng.normal(60, 10, 300), rng.normal(0, 2, 300)
    table = np.column_stack([age, score, 0.5 * age - 3 * score + rng.normal(0, 0.5, 300)])
    hidden = table[200:].copy()
    hidden[:, 2] = np.nan
    train = table[:200].copy()
    train[rng.random(train.shape) < 0.1] = np.nan
    rows = [[None if np.isnan(v) else v for v in row] for row in train.tolist()]
    errors = {}
    for encoder in (Regression(), Median()):
        fitted = encoder.fit(_cases(rows), COLUMNS)
        truth = fitted.encode(_cases(table[200:].tolist())).values[:, 2]
        guess = fitted.encode(_cases([[a, b, None] for a, b, _ in hidden.tolist()])).values[:, 2]
        errors[encoder.name] = np.abs(guess - truth).mean()
    assert errors["regression"] < 0.15 * errors["median"]


@settings(deadline=None, max_examples=60)
@given(_tables, st.randoms(use_true_random=False))
def test_order_of_the_fitted_cases_changes_no_bit(table: list, random) -> None:
    shuffled = random.sample(table, len(table))
    assert Regression().fit(_cases(table), COLUMNS) == Regression().fit(_cases(shuffled), COLUMNS)


@settings(deadline=None, max_examples=60)
@given(_tables, _tables)
def test_json_keeps_every_bit_and_cases_do_not_see_each_other(table: list, others: list) -> None:
    fitted = Regression(flag=True).fit(_cases(table), COLUMNS)
    back = FittedEncoder.from_json(json.loads(json.dumps(fitted.to_json())))
    assert back == fitted
    together = fitted.encode(_cases(others)).values
    alone = [back.encode([case]).values for case in _cases(others)]
    assert np.concatenate(alone).tobytes() == together.tobytes()


def test_order_of_the_columns_only_orders_the_output() -> None:
    cases = _cases(np.random.default_rng(2).normal(size=(20, 3)).tolist())
    holes = _cases([[None, 1.0, 2.0], [1.0, None, 2.0], [None, None, None]])
    forth = Regression().fit(cases, COLUMNS).encode(holes).values
    back = Regression().fit(cases, COLUMNS[::-1]).encode(holes).values
    np.testing.assert_allclose(back[:, ::-1], forth, atol=1e-6)


def test_words_and_codes_become_one_hot_and_predict_nothing() -> None:
    records = [
        {"age": 40, "score": 1, "m_stage": "M0", "treatment": 1},
        {"age": 60, "score": 2, "m_stage": "M1", "treatment": 0},
        {"age": 70, "treatment": 1},
    ]
    cases = [Case(f"p{k}", clinical=record) for k, record in enumerate(records)]
    columns = ["age", "m_stage", "score", "treatment"]
    fitted = Regression(flag=True).fit(cases, columns)
    assert fitted.names == (
        "age", "age_present", "m_stage=M0", "m_stage=M1", "m_stage=missing",
        "score", "score_present", "treatment=0", "treatment=1", "treatment=missing",
    )  # fmt: skip
    values = fitted.encode(cases).values
    by_median = Median(flag=True).fit(cases, columns).encode(cases).values
    np.testing.assert_array_equal(values[:2], by_median[:2])
    np.testing.assert_array_equal(values[2, 6:], [0, 0, 1, 0])
    numbers_only = Regression(flag=True).fit(cases, ["age", "score"]).encode(cases).values
    np.testing.assert_array_equal(values[:, [0, 1, 5, 6]], numbers_only)


def test_unseen_words_are_noted_once_and_missing() -> None:
    cases = [Case("p0", clinical={"age": 60, "score": 1, "m_stage": "M0"}), Case("p1", clinical={"age": 70})]
    fitted = Regression().fit(cases, ["age", "score", "m_stage"])
    encoded = fitted.encode([Case("new", clinical={"age": "sixty", "m_stage": "Mx"})])
    assert encoded.notes == (
        "new: age = 'sixty' is no number; encoded as missing.",
        "new: m_stage = 'Mx' was never seen in training; encoded as missing.",
    )
    np.testing.assert_array_equal(encoded.values, fitted.encode([Case("new")]).values)


def test_column_without_others_takes_its_mean_and_an_empty_one_nothing() -> None:
    fitted = Regression().fit(_cases([[40, None, None], [60, None, None], [110, None, None]]), COLUMNS)
    encoded = fitted.encode(_cases([[None, None, None], [70, 1, None]])).values
    np.testing.assert_allclose(encoded, [[0, 0, 0], [0, 1, 0]], atol=1e-6)
    assert len(fitted.notes) == 2


def test_columns_that_repeat_each_other_share_the_weight() -> None:
    table = [[float(v), float(v), float(v)] for v in range(10)]
    fitted = Regression(ridge=1e-6).fit(_cases(table), COLUMNS)
    np.testing.assert_allclose(fitted.encode(_cases([[None, 7.0, 7.0]])).values[0, 0], 2.5 / np.arange(10).std())
    with pytest.raises(ValidationError):
        Regression(ridge=0)


def test_damaged_state_is_refused() -> None:
    state = Regression().fit(_cases([[1, 2, 3], [2, 3, 5]]), COLUMNS).to_json()
    state["columns"][0]["weights"] = [1.0]
    with pytest.raises(CohortError, match="1 weights for 2 predictors"):
        FittedEncoder.from_json(state)
