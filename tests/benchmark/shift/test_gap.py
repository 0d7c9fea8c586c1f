import json
import math
from dataclasses import astuple, replace

import numpy as np
import pytest

from hyoid.benchmark.shift import ClassificationSample, inside_outside_gap, measured
from hyoid.metrics import Bootstrap, balanced_accuracy, confusion_sums, paired_interval
from hyoid.metrics.survival import SurvivalStatistics, paired_intervals
from support.shift import places

QUICK = Bootstrap(replicates=200)


def test_the_same_patients_are_paired_as_the_evaluation_pairs_them() -> None:
    cohort = places()
    inside, outside = cohort.classified("balanced_accuracy", 1, 0.1), cohort.classified("balanced_accuracy", 2, 0.4)
    sums = [confusion_sums(one.cases.truth, one.cases.decision) for one in (inside, outside)]
    expected = paired_interval(*sums, balanced_accuracy, QUICK, list(cohort.centers))
    found = inside_outside_gap(inside, outside, QUICK)
    assert found.difference == expected
    assert found.pairing == "paired"
    assert (found.inside, found.outside) == (measured(inside, QUICK), measured(outside, QUICK))
    assert json.loads(json.dumps(found.to_dict()))["pairing"] == "paired"
    order = np.random.default_rng(0).permutation(160)
    shuffled = replace(outside, ids=outside.ids[order], centers=outside.centers[order], cases=outside.cases.take(order))
    assert astuple(inside_outside_gap(inside, shuffled, QUICK).difference) == pytest.approx(astuple(expected))


def test_c_of_the_same_patients_equals_the_evaluation() -> None:
    cohort = places()
    inside, outside = cohort.survived(1, 0.5), cohort.survived(2, 2.0)
    statistics = [SurvivalStatistics(one.cases, (), None) for one in (inside, outside)]
    expected = paired_intervals(*statistics, QUICK, list(cohort.centers))["c_index"]
    found = inside_outside_gap(inside, outside, QUICK).difference
    assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))


def test_other_patients_are_independent() -> None:
    n, bootstrap = 200, Bootstrap(replicates=1000)
    right = {"in": 160, "out": 120}
    sides = [
        ClassificationSample.of(
            "accuracy", [f"{name}{k}" for k in range(n)], ["x"] * n, np.ones(n, bool), np.arange(n) < k, np.full(n, 0.5)
        )
        for name, k in right.items()
    ]
    found = inside_outside_gap(*sides, bootstrap)
    assert (found.pairing, found.patients_in_both) == ("unpaired", 0)
    # two independent shares of 0.8 and 0.6
    error = math.sqrt(0.8 * 0.2 / n + 0.6 * 0.4 / n)
    assert found.difference.value == pytest.approx(0.2)
    assert (found.difference.low, found.difference.high) == pytest.approx(
        (0.2 - 1.96 * error, 0.2 + 1.96 * error), abs=0.012
    )


def test_some_patients_in_both_are_drawn_once() -> None:
    cohort = places()
    sample = cohort.classified("accuracy")
    first, second = sample.take(np.arange(160) < 120), sample.take(np.arange(160) >= 40)
    found = inside_outside_gap(first, second, QUICK)
    assert found.pairing == "partly paired"
    assert (found.patients_in_both, found.patients_inside, found.patients_outside) == (80, 120, 120)
    # what is common cancels, so the interval is narrower than of two independent halves of the same size
    other = replace(second, ids=np.array([f"q{i}" for i in second.ids]))
    apart = inside_outside_gap(first, other, QUICK)
    assert found.difference.high - found.difference.low < apart.difference.high - apart.difference.low
    assert inside_outside_gap(sample, sample, QUICK).difference.high == 0


def test_where_certainty_would_be_claimed_there_is_no_interval() -> None:
    cohort = places()
    good, other = cohort.classified("balanced_accuracy", noise=0.0), cohort.classified("balanced_accuracy")
    perfect = inside_outside_gap(good, other, QUICK)
    assert perfect.reason == "inside: 1 in every resample"
    assert math.isnan(perfect.difference.low)
    assert perfect.difference.value == pytest.approx(1 - perfect.outside.value)
    few = inside_outside_gap(other, other.take(other.centers == "D"), QUICK)
    assert few.reason.startswith("outside: ")
    assert few.reason.endswith("0 negatives")
    assert few.to_dict()["difference"]["low"] is None


def test_recognising_the_center_pays_only_across_centers() -> None:
    n = 200
    centers = np.array(["x", "y"] * (n // 2))
    truth = np.random.default_rng(0).random(n) < np.where(centers == "x", 0.9, 0.2)
    score = np.where(centers == "x", 0.8, 0.3)
    folds = {"kfold": np.arange(n) // 2 % 5, "leave-one-center-out": centers}
    inside, outside = (
        ClassificationSample.of("auc", range(n), centers, truth, score > 0.5, score, fold) for fold in folds.values()
    )
    across = inside_outside_gap(inside, outside, QUICK)
    assert across.inside.value > 0.75
    assert across.outside.value == 0.5
    within = inside_outside_gap(inside, outside, QUICK, within_centers=True)
    assert within.difference.value == 0
    assert within.within_centers
