import numpy as np
import pytest

from hyoid.benchmark.shift import measured
from hyoid.benchmark.shift.sample import check_same_patients, checked_patients, folded_by_center
from hyoid.errors import HyoidError
from hyoid.metrics import CLASSIFICATION_MEASURES, Bootstrap
from support.shift import places

QUICK = Bootstrap(replicates=100)


@pytest.mark.parametrize("measure", ["balanced_accuracy", "auc", "sensitivity", "specificity", "accuracy"])
def test_the_measured_value_is_that_of_the_evaluation(measure: str) -> None:
    sample = places().classified(measure)
    expected = CLASSIFICATION_MEASURES[measure].interval(sample.cases, QUICK, list(sample.centers))
    assert measured(sample, QUICK) == expected


def test_patients_are_checked() -> None:
    for ids, centers, words in (
        (["a", "a"], ["x", "y"], "the patient a twice"),
        (["a"], ["x", "y"], "1 times a id of 2"),
        (["a", ""], ["x", "y"], "a patient without id"),
        (["a", "b"], ["x", None], "a patient without center"),
    ):
        with pytest.raises(HyoidError, match=words):
            checked_patients(ids, centers, 2)
    with pytest.raises(HyoidError, match="0 patients"):
        checked_patients([], [], 0)


def test_the_same_patients_must_be_the_same() -> None:
    cohort = places(40)
    first = cohort.classified("auc")
    order = np.random.default_rng(3).permutation(40)
    one, other = check_same_patients(first, first.take(order < 20))
    assert list(first.ids[one]) == list(first.take(order < 20).ids[other])
    with pytest.raises(HyoidError, match="the measures auc and accuracy"):
        check_same_patients(first, cohort.classified("accuracy"))
    moved = places(40, seed=0)
    moved.centers[0] = "Z"
    with pytest.raises(HyoidError, match="one center in one sample"):
        check_same_patients(first, moved.classified("auc"))
    other_truth = places(40, seed=0)
    other_truth.truth[0] ^= True
    with pytest.raises(HyoidError, match="one truth in one sample"):
        check_same_patients(first, other_truth.classified("auc"))


def test_folds_by_center_agree_where_both_do() -> None:
    fold, center = np.array(["1", "11", "1", "1"]), np.array(["12", "2", "2", "12"])
    labels = folded_by_center(fold, center)
    assert labels[0] == labels[3]
    assert len(set(labels)) == 3
