import numpy as np
import pytest

from hyoid.benchmark.shift import ClassificationSample
from hyoid.errors import HyoidError
from support.shift import places


def test_few_of_a_class_give_sensitivity_and_specificity_alone() -> None:
    sample = places().classified("balanced_accuracy")
    assert sample.too_few == ""
    small = sample.take(sample.centers == "D")
    assert small.too_few == f"{len(small.ids)} positives and 0 negatives"
    assert [one.measure for one in small.instead()] == ["sensitivity"]
    both = sample.take(np.arange(160) < 12)
    assert [(one.measure, one.n) for one in both.instead()] == [
        ("sensitivity", both.cases.positives),
        ("specificity", both.cases.negatives),
    ]
    sensitivity = places().classified("sensitivity")
    assert sensitivity.take(~sensitivity.cases.truth).too_few == "no positives"
    assert sensitivity.instead() == ()


def test_pairs_within_centers_by_a_loop() -> None:
    cohort = places(60)
    sample = cohort.classified("auc").within_centers()
    p, t = sample.cases.probability, cohort.truth
    pairs = [
        (p[i] > p[j]) + 0.5 * (p[i] == p[j])
        for i in np.flatnonzero(t)
        for j in np.flatnonzero(~t)
        if cohort.fold[i] == cohort.fold[j] and cohort.centers[i] == cohort.centers[j]
    ]
    assert sample.statistic()(np.ones((1, 60)))[0] == pytest.approx(np.mean(pairs))


def test_an_unknown_measure_is_refused() -> None:
    with pytest.raises(HyoidError, match="the measure 'brier'"):
        ClassificationSample.of("brier", ["a"], ["x"], [True], [True], [0.5])
