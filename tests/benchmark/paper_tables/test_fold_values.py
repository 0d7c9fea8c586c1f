import math

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

from hyoid.benchmark.paper_tables.fold_values import fold_value, too_small_a_center
from hyoid.metrics.survival import Observed
from support.paper_runs import lesions, outcome, status

EXCLUDE, ZERO = {"empty_truth": "exclude"}, {"empty_truth": "zero"}


def test_segmentation_is_summed_within_the_fold() -> None:
    cases = [lesions("A", 0.8, (1, 2, 4), (1, 1, 0)), lesions("B", None, (3, 5, 5), (2, 0, 1))]
    assert fold_value("segmentation", "GTVp_mean_dice", cases, EXCLUDE, None) == pytest.approx(0.8)
    assert fold_value("segmentation", "GTVp_mean_dice", cases, ZERO, None) == pytest.approx(0.4)
    assert fold_value("segmentation", "GTVn_DSC_agg", cases, EXCLUDE, None) == pytest.approx(2 * 4 / 16)
    assert fold_value("segmentation", "GTVn_F1_agg", cases, EXCLUDE, None) == pytest.approx(6 / 8)


def test_segmentation_of_nothing_is_undefined() -> None:
    cases = [lesions("A", None, (0, 0, 0), (0, 0, 0))]
    for measure in ("GTVp_mean_dice", "GTVn_DSC_agg", "GTVn_F1_agg"):
        assert math.isnan(fold_value("segmentation", measure, cases, EXCLUDE, None))


def test_hpv_measures_are_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    truth, probability = rng.random(40) < 0.7, rng.random(40).round(1)
    decision = probability >= 0.4
    cases = [status(f"P{i}", bool(truth[i]), float(probability[i]), bool(decision[i])) for i in range(40)]
    expected = {
        "f1_macro": f1_score(truth, decision, average="macro"),
        "f1_weighted": f1_score(truth, decision, average="weighted"),
        "auc": roc_auc_score(truth, probability),
        "sensitivity": decision[truth].mean(),
        "specificity": 1 - decision[~truth].mean(),
        "balanced_accuracy": balanced_accuracy_score(truth, decision),
    }
    for measure, value in expected.items():
        assert fold_value("hpv", measure, cases, {}, None) == pytest.approx(value)


def test_of_one_class_there_is_no_specificity() -> None:
    assert math.isnan(fold_value("hpv", "specificity", [status("A", True, 0.9, True)], {}, None))


def test_the_c_index_compares_the_fold_s_own_pairs() -> None:
    cases = [outcome("A", True, 100, 0.9), outcome("B", False, 200, 0.95), outcome("C", True, 300, 0.1)]
    cases.append(outcome("D", False, 400, 0.1))
    # A before B, C and D: wrong, right, right; C before D: tied
    assert fold_value("rfs", "c_index", cases, {}, None) == pytest.approx((0 + 1 + 1 + 0.5) / 4)


def test_without_censoring_the_brier_score_is_the_mean_squared_error() -> None:
    days = np.linspace(400, 1500, 24)
    cases = [outcome(f"P{i}", True, float(day), -float(day), survival=0.75) for i, day in enumerate(days)]
    training = Observed(days, np.ones(24, bool))
    alive = days > 730
    expected = np.mean(np.where(alive, 0.25**2, 0.75**2))
    assert fold_value("rfs", "brier_730", cases, {}, training) == pytest.approx(expected)


def test_a_brier_score_without_training_outcomes_or_follow_up_is_undefined() -> None:
    days = np.linspace(400, 1500, 24)
    cases = [outcome(f"P{i}", True, float(day), -float(day), survival=0.75) for i, day in enumerate(days)]
    assert math.isnan(fold_value("rfs", "brier_730", cases, {}, None))
    short = Observed(days / 3, np.ones(24, bool))
    assert math.isnan(fold_value("rfs", "brier_730", cases, {}, short))
    assert math.isnan(fold_value("rfs", "brier_365", cases, {}, Observed(days, np.ones(24, bool))))


@pytest.mark.parametrize(("negatives", "small"), [(4, True), (5, False)])
def test_a_center_has_a_balanced_accuracy_only_with_five_of_each_class(negatives: int, small: bool) -> None:
    cases = [status(f"P{i}", i >= negatives, 0.5, True) for i in range(20)]
    assert too_small_a_center("hpv", "balanced_accuracy", cases) is small
    assert not too_small_a_center("hpv", "sensitivity", cases)
    events = [outcome(f"P{i}", i < negatives, 10.0 + i, 0.5) for i in range(20)]
    assert too_small_a_center("rfs", "c_index", events) is small
    assert not too_small_a_center("segmentation", "GTVp_mean_dice", [])
