import math

import numpy as np
import pytest
from sklearn import metrics as oracle

from hyoid.errors import HyoidError
from hyoid.metrics import (
    CLASSIFICATION_MEASURES,
    MINIMUM_OF_EACH_CLASS,
    BinaryCases,
    Bootstrap,
    measures_given,
)

QUICK = Bootstrap(replicates=200)


def _cases(n: int = 120, seed: int = 0, shift: float = 1.5) -> BinaryCases:
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.7
    probability = 1 / (1 + np.exp(-rng.normal(np.where(truth, shift, 0), 1)))
    return BinaryCases.of(truth, probability > 0.6, probability, rng.integers(0, 3, n).tolist())


def test_values_equal_scikit_learn() -> None:
    cases = _cases()
    truth, decision, probability = cases.truth, cases.decision, cases.probability
    expected = {
        "balanced_accuracy": oracle.balanced_accuracy_score(truth, decision),
        "sensitivity": oracle.recall_score(truth, decision),
        "specificity": oracle.recall_score(truth, decision, pos_label=False),
        "accuracy": oracle.accuracy_score(truth, decision),
        "f1_macro": oracle.f1_score(truth, decision, average="macro", zero_division=0),
        "f1_weighted": oracle.f1_score(truth, decision, average="weighted", zero_division=0),
        "auc_pooled": oracle.roc_auc_score(truth, probability),
        "brier": oracle.brier_score_loss(truth, probability),
        "log_loss": oracle.log_loss(truth, probability),
    }
    for name, value in expected.items():
        found = CLASSIFICATION_MEASURES[name].interval(cases, QUICK, None)
        assert found.value == pytest.approx(value), name
        assert found.low < found.value < found.high
    assert set(CLASSIFICATION_MEASURES) - set(expected) == {"auc"}


def test_auc_weighs_folds_by_their_pairs() -> None:
    cases = _cases()
    won, pairs = 0.0, 0
    for fold in np.unique(cases.fold):
        own = cases.take(cases.fold == fold)
        won += oracle.roc_auc_score(own.truth, own.probability) * own.positives * own.negatives
        pairs += own.positives * own.negatives
    assert CLASSIFICATION_MEASURES["auc"].interval(cases, QUICK, None).value == pytest.approx(won / pairs)


def test_interval_of_the_auc_equals_a_plain_loop_over_resamples() -> None:
    cases = _cases(80)
    one = BinaryCases.of(cases.truth, cases.decision, cases.probability)
    rng = np.random.default_rng(3)
    drawn = []
    for _ in range(1500):
        chosen = rng.integers(0, 80, 80)
        truth, probability = one.truth[chosen], one.probability[chosen]
        drawn.append((probability[truth][:, None] > probability[~truth]).mean())  # no ties between the classes
    found = CLASSIFICATION_MEASURES["auc"].interval(one, Bootstrap(replicates=4000), None)
    np.testing.assert_allclose([found.low, found.high], np.quantile(drawn, [0.025, 0.975]), atol=0.012)
    assert found == CLASSIFICATION_MEASURES["auc_pooled"].interval(one, Bootstrap(replicates=4000), None)


def test_log_loss_of_a_certain_error_is_finite_as_in_scikit_learn() -> None:
    cases = BinaryCases.of([True, False], [False, False], [0.0, 0.0])
    value = CLASSIFICATION_MEASURES["log_loss"].interval(cases, QUICK, None).value
    assert value == pytest.approx(oracle.log_loss([1, 0], [0.0, 0.0]))


def test_one_class_gives_no_number_where_both_are_needed() -> None:
    cases = BinaryCases.of([True] * 8, [True] * 7 + [False], [0.8] * 8)
    found = {name: m.interval(cases, QUICK, None) for name, m in CLASSIFICATION_MEASURES.items()}
    undefined = {name for name, interval in found.items() if math.isnan(interval.value)}
    assert undefined == {"balanced_accuracy", "specificity", "f1_macro", "f1_weighted", "auc", "auc_pooled"}
    assert found["balanced_accuracy"].undefined == 200
    assert (found["sensitivity"].n, found["specificity"].n, found["auc"].n) == (8, 0, 0)
    assert found["sensitivity"].value == 7 / 8


def test_strata_keep_their_sizes() -> None:
    cases = BinaryCases.of([True] * 6 + [False] * 4, [True] * 6 + [False] * 4, [0.9] * 6 + [0.1] * 4)
    strata = ["A"] * 6 + ["B"] * 4
    for name in ("accuracy", "auc"):
        assert CLASSIFICATION_MEASURES[name].interval(cases, QUICK, strata).undefined == 0
    assert CLASSIFICATION_MEASURES["auc"].interval(cases, Bootstrap(replicates=4000), None).undefined > 0


def test_the_rule_of_five() -> None:
    def given(positives: int, negatives: int) -> tuple[str, ...]:
        n = positives + negatives
        return measures_given(BinaryCases.of([True] * positives + [False] * negatives, [True] * n, [0.5] * n))

    assert MINIMUM_OF_EACH_CLASS == 5
    assert given(5, 5) == tuple(CLASSIFICATION_MEASURES)
    assert given(40, 4) == given(4, 40) == ("sensitivity", "specificity")
    assert given(40, 0) == ("sensitivity",)
    assert given(0, 3) == ("specificity",)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(HyoidError, match=r"0\.\.1"):
        BinaryCases.of([True], [True], [1.1])
    with pytest.raises(HyoidError, match=r"0\.\.1"):
        BinaryCases.of([True], [True], [math.nan])
    with pytest.raises(HyoidError, match="one value each per case"):
        BinaryCases.of([True, False], [True], [0.5, 0.5])
    with pytest.raises(HyoidError, match="one value each per case"):
        BinaryCases.of(np.zeros(0, bool), np.zeros(0, bool), [])
    with pytest.raises(HyoidError, match="expected bool"):
        BinaryCases.of([1, 0], [True, False], [0.5, 0.5])
