import json
import math
from dataclasses import replace

import numpy as np
import pytest

from hyoid.benchmark.shift import compare_recipes
from hyoid.errors import HyoidError
from hyoid.metrics import Bootstrap, balanced_accuracy, confusion_sums, holm, paired_interval
from hyoid.metrics.survival import SurvivalStatistics, paired_intervals
from support.shift import places

QUICK = Bootstrap(replicates=300)


def test_each_difference_is_the_paired_one() -> None:
    cohort = places()
    samples = {
        name: cohort.classified("balanced_accuracy", k, noise)
        for k, (name, noise) in enumerate((("a", 0.1), ("b", 0.3), ("c", 0.3)))
    }
    found = compare_recipes(samples, QUICK)
    assert [(row.first, row.second) for row in found.differences] == [("a", "b"), ("a", "c"), ("b", "c")]
    sums = {name: confusion_sums(one.cases.truth, one.cases.decision) for name, one in samples.items()}
    for row in found.differences:
        pair = (sums[row.first], sums[row.second])
        assert row.difference == paired_interval(*pair, balanced_accuracy, QUICK, list(cohort.centers))
        assert row.low < row.difference.value < row.high
        assert row.p_value <= row.p_max_t
    adjusted = holm([row.p_value for row in found.differences])
    np.testing.assert_allclose([row.p_holm for row in found.differences], adjusted)
    assert found.differences[0].p_max_t < 0.05 < found.differences[2].p_max_t
    named = compare_recipes(samples, QUICK, [("b", "a")])
    assert named.differences[0].difference.value == -found.differences[0].difference.value
    assert named.differences[0].p_max_t == named.differences[0].p_holm == named.differences[0].p_value
    assert json.loads(json.dumps(found.to_dict()))["patients"] == 160


def test_c_equals_the_evaluation_whatever_the_order_of_patients() -> None:
    cohort = places()
    one, other = cohort.survived(1, 0.5), cohort.survived(2, 2.0)
    statistics = [SurvivalStatistics(sample.cases, (), None) for sample in (one, other)]
    expected = paired_intervals(*statistics, QUICK, list(cohort.centers))["c_index"]
    order = np.random.default_rng(0).permutation(160)
    turned = replace(other, ids=other.ids[order], centers=other.centers[order], cases=other.cases.part(order))
    found = compare_recipes({"a": one, "b": turned}, QUICK).differences[0].difference
    assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))


def test_too_few_patients_have_no_test() -> None:
    cohort = places()
    samples = {name: cohort.survived(k) for k, name in enumerate("ab")}
    few = {name: sample.take(np.isin(sample.centers, ["D"])) for name, sample in samples.items()}
    found = compare_recipes(few, QUICK)
    assert found.reason == "a: 0 events"
    assert math.isnan(found.differences[0].p_holm)


def test_what_cannot_be_compared_is_refused() -> None:
    cohort = places(60)
    a, b = cohort.classified("auc", 1), cohort.classified("auc", 2)
    with pytest.raises(HyoidError, match="1 recipes"):
        compare_recipes({"a": a})
    for pairs in ([("a", "c")], [("a", "a")], [("a", "b"), ("b", "a")], []):
        with pytest.raises(HyoidError, match="the pairs"):
            compare_recipes({"a": a, "b": b}, QUICK, pairs)
    with pytest.raises(HyoidError, match="59 of 60 patients in b"):
        compare_recipes({"a": a, "b": b.take(np.arange(60) > 0)})
    other = replace(b, cases=replace(b.cases, fold=b.cases.fold[::-1]))
    with pytest.raises(HyoidError, match="other folds in b"):
        compare_recipes({"a": a, "b": other})
    renamed = replace(b, cases=replace(b.cases, fold=np.array([f"fold-{k}" for k in b.cases.fold])))
    assert compare_recipes({"a": a, "b": renamed}, QUICK) == compare_recipes({"a": a, "b": b}, QUICK)
