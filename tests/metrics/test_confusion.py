import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle

from hyoid.metrics import Confusion, confusion, confusion_sums
from hyoid.metrics.confusion import accuracy, balanced_accuracy, f1_macro, f1_weighted, sensitivity, specificity

PAIRS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40)


def _arrays(pairs: list[tuple[bool, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([t for t, _ in pairs]), np.array([d for _, d in pairs])


def test_a_hand_worked_table() -> None:
    # 10 positives, 8 of them found; 5 negatives, 3 of them found
    truth = np.array([True] * 10 + [False] * 5)
    decision = np.array([True] * 8 + [False] * 2 + [True] * 2 + [False] * 3)
    assert confusion(truth, decision) == Confusion(8, 2, 3, 2)
    assert confusion(truth, decision).wrong == 4
    sums = confusion_sums(truth, decision).sum(axis=0)
    assert sensitivity(sums) == pytest.approx(0.8)
    assert specificity(sums) == pytest.approx(0.6)
    assert balanced_accuracy(sums) == pytest.approx(0.7)
    assert accuracy(sums) == pytest.approx(11 / 15)
    assert f1_macro(sums) == pytest.approx((16 / 20 + 6 / 10) / 2)
    assert f1_weighted(sums) == pytest.approx((10 * 16 / 20 + 5 * 6 / 10) / 15)


@given(PAIRS)
def test_counts_and_measures_equal_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    truth, decision = _arrays(pairs)
    tn, fp, fn, tp = oracle.confusion_matrix(truth, decision, labels=[False, True]).ravel()
    assert confusion(truth, decision) == Confusion(tp, fp, tn, fn)
    sums = confusion_sums(truth, decision).sum(axis=0)
    assert accuracy(sums) == pytest.approx(oracle.accuracy_score(truth, decision))
    if truth.all() or not truth.any():
        for measure in (balanced_accuracy, f1_macro, f1_weighted):
            assert math.isnan(measure(sums))
        assert math.isnan(specificity(sums) if truth.all() else sensitivity(sums))
        return
    assert balanced_accuracy(sums) == pytest.approx(oracle.balanced_accuracy_score(truth, decision))
    for measure, average in ((f1_macro, "macro"), (f1_weighted, "weighted")):
        assert measure(sums) == pytest.approx(oracle.f1_score(truth, decision, average=average, zero_division=0))


def test_measures_are_vectorised_over_resamples() -> None:
    sums = np.array([[8.0, 2, 3, 2], [0, 0, 5, 0], [4, 4, 0, 0]])
    np.testing.assert_allclose(balanced_accuracy(sums), [0.7, np.nan, 0.5])
    np.testing.assert_allclose(f1_macro(sums), [0.7, np.nan, 1 / 3])
