import numpy as np
import pytest

from hyoid.errors import CohortError
from hyoid.evaluation.survival_cases import SurvivalCase
from hyoid.evaluation.survival_training import training_parts
from hyoid.metrics.survival import Observed

CASES = [SurvivalCase(name, None, True, 10.0, 0.0, fold=fold) for name, fold in (("a", "0"), ("b", "0"), ("c", "1"))]
OUTCOMES = {name: (k % 2 == 0, 100.0 + k, None) for k, name in enumerate("abcd")} | {"e": (None, 5.0, None)}


def test_of_a_cohort_a_fold_was_trained_on_whom_it_did_not_predict() -> None:
    found = training_parts(OUTCOMES, CASES)
    assert {label: part.days.tolist() for label, part in found.items()} == {"0": [102, 103], "1": [100, 101, 103]}
    assert found["1"].event.tolist() == [True, False, False]
    apart = dict.fromkeys(("x", "y"), OUTCOMES["a"])
    assert [len(part) for part in training_parts(apart, CASES).values()] == [2, 2]


def test_outcomes_by_fold_are_taken_as_they_are() -> None:
    parts = {label: Observed(np.arange(1.0, k), np.ones(k - 1, bool)) for label, k in (("0", 4), ("1", 6), ("2", 9))}
    assert training_parts(parts, CASES) == {"0": parts["0"], "1": parts["1"]}
    with pytest.raises(CohortError, match="no training patient of known outcome for fold '1'"):
        training_parts({"0": parts["0"]}, CASES)


def test_a_training_cohort_of_the_evaluated_patients_alone_is_refused() -> None:
    alone = [SurvivalCase(name, None, True, 10.0, 0.0) for name in "abcd"]
    with pytest.raises(CohortError, match="no training patient of known outcome for fold ''"):
        training_parts(OUTCOMES, alone)
