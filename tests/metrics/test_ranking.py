import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from hyoid.metrics import cases_in_pairs, pairs_ranked

CASES = st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.sampled_from("ab")), min_size=1, max_size=30)


def _value(truth: np.ndarray, score: np.ndarray, fold: np.ndarray) -> float:
    return float(pairs_ranked(truth, score, fold)(np.ones((1, len(truth))))[0])


def _plain(truth: np.ndarray, score: np.ndarray, fold: np.ndarray) -> tuple[float, int]:
    won, pairs = 0.0, 0
    for i in np.flatnonzero(truth):
        for j in np.flatnonzero(~truth):
            if fold[i] == fold[j]:
                pairs += 1
                won += 1.0 if score[i] > score[j] else 0.5 if score[i] == score[j] else 0.0
    return won, pairs


def test_a_hand_worked_table() -> None:
    truth = np.array([True, False, True, False])
    score = np.array([0.9, 0.1, 0.3, 0.6])
    assert _value(truth, score, np.array(["", "", "", ""])) == 0.75
    # within folds: a has one right pair, b one wrong one
    assert _value(truth, score, np.array(["a", "a", "b", "b"])) == 0.5


@given(CASES)
def test_equals_a_plain_loop_over_pairs_and_scikit_learn(cases: list[tuple[bool, int, str]]) -> None:
    truth, score = np.array([c[0] for c in cases]), np.array([c[1] for c in cases], float)
    fold = np.array([c[2] for c in cases])
    won, pairs = _plain(truth, score, fold)
    found = _value(truth, score, fold)
    assert math.isnan(found) if pairs == 0 else found == pytest.approx(won / pairs)
    together = np.full(len(truth), "")
    if 0 < truth.sum() < len(truth):
        assert _value(truth, score, together) == pytest.approx(roc_auc_score(truth, score))
    # an increasing map of the scores of one fold changes no pair within a fold
    moved = np.where(fold == "a", np.exp(score) + 100, score)
    np.testing.assert_allclose(_value(truth, moved, fold), found)


def test_a_weight_is_a_repeated_case() -> None:
    rng = np.random.default_rng(0)
    truth, score = rng.random(30) < 0.6, rng.integers(0, 8, 30).astype(float)
    fold = rng.choice(["a", "b"], 30)
    weights = rng.multinomial(30, np.full(30, 1 / 30), size=20)
    found = pairs_ranked(truth, score, fold)(weights.astype(float))
    for row, value in zip(weights, found, strict=True):
        chosen = np.repeat(np.arange(30), row)
        won, pairs = _plain(truth[chosen], score[chosen], fold[chosen])
        assert value == pytest.approx(won / pairs)


def test_cases_that_count() -> None:
    truth = np.array([True, False, True, True, False])
    assert cases_in_pairs(truth, np.array(["a", "a", "b", "b", "c"])) == 2
    assert cases_in_pairs(truth, np.array(["a"] * 5)) == 5
